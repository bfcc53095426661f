"""What a monorepo tells of how it publishes Flux artifacts today, and the settings that say the same."""
