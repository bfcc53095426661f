"""Where releases, issues and pull requests live: GitHub, or files and branches of the repository itself."""
