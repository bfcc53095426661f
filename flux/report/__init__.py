"""Everything that is printed: one module for each command, on top of `report.py`."""
