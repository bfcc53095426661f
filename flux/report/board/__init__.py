"""The board: a static site that shows where every artifact is."""
