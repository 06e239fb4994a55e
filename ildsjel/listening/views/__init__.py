"""Pages of listening: what was heard, and the watches that listen."""
