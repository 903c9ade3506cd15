"""What a log says beside its curves: settings, errors and warnings, and which run begins where."""
