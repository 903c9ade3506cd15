"""Reports for a person at a terminal: text of a given width, with or without colour."""
