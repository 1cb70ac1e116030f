"""Pictures and papers for the demo: drawn when they are wanted, the same ones each time, and nobody's but ours."""
