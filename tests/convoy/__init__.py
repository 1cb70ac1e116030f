"""The fault rig: clients that talk and write down what they saw, faults, and a checker that reads what they wrote."""
