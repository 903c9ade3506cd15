"""What the files of trackers share: framed records, reports a line, and scalars one by one."""
