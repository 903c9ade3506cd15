"""How right the diagnosis is on really trained runs with planted faults: of logdoctor, and of its peers."""
