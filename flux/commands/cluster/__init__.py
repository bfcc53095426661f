"""The commands under `inv cluster`."""
