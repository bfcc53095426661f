"""What the commands under `inv issue` show."""
