"""The commands, one file each. They ask git and the registry, let the pure rooms decide, and act."""
