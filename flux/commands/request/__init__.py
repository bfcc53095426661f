"""The commands under `inv request`."""
