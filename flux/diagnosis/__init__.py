"""What `inv doctor` looks at: a line for each thing that the commands need."""
