"""The texts that people read on the forge: pure functions from facts to Markdown."""
