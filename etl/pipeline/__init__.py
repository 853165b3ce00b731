"""A run, stage by stage: the only package that knows the order."""
