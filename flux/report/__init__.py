"""The output of the commands: one module for each command. All of them use `report.py`."""
