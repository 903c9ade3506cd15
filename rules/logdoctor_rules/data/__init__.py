"""What the shape of a curve tells about the data and how they are fed."""
