"""Applications: what a vendor proposes, and its way over the desk into the catalogue."""
