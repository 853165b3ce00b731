"""What a site must not lose: its key, its register and history, and their copies."""
