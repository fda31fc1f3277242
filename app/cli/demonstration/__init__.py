"""The demonstration set: made-up organisations in every stage, and one account of each role.

It is added to `pool demo` beside the real lists and says of itself, in every name, that it is
made up. Everything in it went the way that real things go: the same rules, at moments of the
past. It never comes into an installation for production.
"""

from app.cli.demonstration.building import build
from app.cli.demonstration.market import build as build_market
from app.cli.demonstration.people import ACCOUNTS, Account, password, secret
from app.cli.demonstration.trainings import build as build_trainings

PARTS = (build, build_market, build_trainings)
"""In order, each in a transaction of its own; the index is built after each."""

__all__ = [
    "ACCOUNTS",
    "PARTS",
    "Account",
    "build",
    "build_market",
    "build_trainings",
    "password",
    "secret",
]
