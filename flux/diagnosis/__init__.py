"""What is wrong, and how to fix it: the checks of `inv doctor` and of `inv init --check`."""
