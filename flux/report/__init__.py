"""Everything printed: what each command shows, one module a command, on what `report.py` can print."""
