"""The demo: what it begins with, and the stories that it plays."""
