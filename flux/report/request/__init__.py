"""The output of `inv request`."""
