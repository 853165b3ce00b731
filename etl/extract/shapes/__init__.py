"""Shapes as data: each known export file is a TOML file, and one engine reads them all."""
