"""The commands, one file each. They read git and the registry, call pure functions to decide, and act."""
