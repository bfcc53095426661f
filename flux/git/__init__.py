"""Git on this machine: the clone, and through it origin."""
