"""What environments have, and should have: the tags that clusters follow."""
