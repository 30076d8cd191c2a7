"""The work that is measured, ours and others': each function loads what it needs and returns the work."""
