"""The commands under `inv sign`."""
