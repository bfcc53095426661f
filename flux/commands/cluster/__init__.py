"""What has to stand in clusters."""
