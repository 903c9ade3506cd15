"""What a log says of itself: its gaps, resumes, copies, printed lines and speed."""
