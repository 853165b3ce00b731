"""What people decide about mappings: remembered, never overwritten."""
