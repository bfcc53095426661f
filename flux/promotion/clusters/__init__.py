"""The health of an environment, from Flux's commit statuses. Pure."""
