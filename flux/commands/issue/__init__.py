"""The commands under `inv issue`."""
