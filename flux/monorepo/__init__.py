"""What the commands share about one monorepo: its artifacts, releases, history, desired state and drift."""
