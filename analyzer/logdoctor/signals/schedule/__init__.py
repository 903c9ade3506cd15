"""The learning rate over a run, the length the run was planned for, and how much of its learning has gone by."""
