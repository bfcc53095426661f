"""The checks of `inv doctor`: a line for each thing that the commands need."""
