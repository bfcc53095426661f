"""The output of the commands under `inv issue`."""
