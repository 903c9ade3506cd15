"""What the curve tells about the data and how they were fed."""
