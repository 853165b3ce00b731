"""File formats: text, workbooks, JSON, Parquet and compression, each down to rows of text."""
