"""The commands under `inv registry`."""
