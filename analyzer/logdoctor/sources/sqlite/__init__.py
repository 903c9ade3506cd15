"""SQLite databases, read without a trace beside them."""
