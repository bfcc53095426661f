"""The commands, one file each. They read git and the registry, let pure functions decide, and act."""
