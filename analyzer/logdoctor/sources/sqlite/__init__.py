"""SQLite databases, read without leaving a trace next to them."""
