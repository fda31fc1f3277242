"""One measurement in this process: `python -m app.cli.bench TASK JSON`."""

import sys

from app.cli.bench.child import main

main(*sys.argv[1:])
