"""What a log says of its own writing: its gaps, resumes, copies, lines and speed."""
