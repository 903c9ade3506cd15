"""What a run was told: its hyper-parameters, whatever the framework calls them, and its learning rate."""
