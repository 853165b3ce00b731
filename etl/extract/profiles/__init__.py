"""Profiles: the known shapes of export files, and which of them a file is."""
