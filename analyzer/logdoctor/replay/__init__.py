"""Re-run flagged steps to find where they broke and which fix works. Needs torch."""
