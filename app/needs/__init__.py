"""Needs: what a manufacturer is looking for, from its draft to what came of it."""
