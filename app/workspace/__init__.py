"""The vendors' workspace: their own listings."""
