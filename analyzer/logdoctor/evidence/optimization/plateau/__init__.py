"""Why a loss that has fallen rests, and what says that it could have gone lower."""
