"""Prepare a checkout; uses the standard library only, since nothing is installed yet."""
