"""Running flagged steps again, to find where they broke and which fix works. Needs torch."""
