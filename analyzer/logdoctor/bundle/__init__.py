"""The files of a capture, as the training writes them and a replay reads them. Needs torch, except for the names."""
