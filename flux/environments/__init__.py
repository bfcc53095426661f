"""What environments have, should have, had and get next: tags, status, log, forecast."""
