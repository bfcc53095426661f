"""A promotion's issue, branch and pull request."""
