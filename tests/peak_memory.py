"""How much memory a process took at most, for scripts that tests run in processes of their own."""

from __future__ import annotations

PEAK = """
def peak():
    import resource
    try:
        with open("/proc/self/status") as status:
            return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    except OSError:
        return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
"""
"""Source text of a function that returns bytes.

Linux counts `ru_maxrss` from the fork on, so that a child of a large process begins with what its parent took.
"""
