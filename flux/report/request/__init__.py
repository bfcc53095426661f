"""What `inv request` shows."""
