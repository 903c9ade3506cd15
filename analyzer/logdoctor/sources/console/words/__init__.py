"""Words that matter in text logs, in whichever line they stand."""
