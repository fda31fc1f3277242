"""Shortlists: what a manufacturer puts aside to compare, to decide and to keep."""
