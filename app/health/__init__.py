"""What is wrong with an installation, and what mends it: `pool doctor` and `/readyz` share it."""
