"""The parts of a monorepo that the commands share: artifacts, releases, history, desired state and drift."""
