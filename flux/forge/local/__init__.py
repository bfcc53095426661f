"""Files and branches of the clone as a forge."""
