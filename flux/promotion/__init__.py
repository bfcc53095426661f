"""The desired state. Pure: no git, no network."""
