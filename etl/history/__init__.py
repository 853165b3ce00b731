"""What is remembered from run to run: the runs, and what stood open in each."""
