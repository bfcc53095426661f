"""The texts about a promotion: pure functions from facts to Markdown."""
