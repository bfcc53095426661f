"""What the commands on clusters show."""
