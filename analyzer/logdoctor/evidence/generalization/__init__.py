"""Why validation goes another way than training."""
