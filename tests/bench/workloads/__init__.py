"""What is measured, by the name that `--only` takes, in the order of a run."""
