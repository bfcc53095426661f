"""The rules that hold before a version may go to an environment. Pure: the clock is an argument."""
