"""What people read of a promotion: pure functions from facts to Markdown."""
