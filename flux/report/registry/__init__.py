"""The output of the commands under `inv registry`."""
