"""What is an artifact, what of it is published, and the image that it becomes. Pure: no git, no network."""
