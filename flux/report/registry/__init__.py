"""What the commands under `inv registry` show."""
