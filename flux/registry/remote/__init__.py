"""Images in a registry over HTTP."""
