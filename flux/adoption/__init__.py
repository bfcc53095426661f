"""Finds how a monorepo publishes Flux artifacts today, and proposes settings that do the same."""
