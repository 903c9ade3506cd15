"""Shared by the files of trackers: framed records, one report per line, and scalars one by one."""
