"""What clusters say of an environment: Flux's commit statuses, and what they come to. Pure."""
