"""What is remembered from night to night: the runs, and what stood open in each."""
