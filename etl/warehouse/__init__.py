"""The DuckDB database of a run: the engine and the SQL models."""
