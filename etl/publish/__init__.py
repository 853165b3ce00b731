"""Publication: a run is published whole or not at all, verified, with a manifest and a log."""
