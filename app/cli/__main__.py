"""`python -m app.cli` is `pool`."""

from app.cli import main

main()
