"""Matching: from what is wanted to the few who can do it, with reasons kept as a record."""
