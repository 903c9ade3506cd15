"""JSON to tables: text that may be damaged, records on lines and in lists, documents of curves."""
