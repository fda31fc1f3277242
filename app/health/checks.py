"""The one table of checks: all of them for `pool doctor`, some for `/readyz`."""

from app.health import configuration, database, index, machine, money, trust
from app.health.findings import Check

MODEL_SECONDS = 180.0  # a cold disk and a busy machine take their time over half a gigabyte

_DATABASE = Check("database", database.database)
_MIGRATIONS = Check("migrations", database.migrations, needs=("database",))
_INDEX = Check("index", index.index, seconds=60.0)  # a large embedded one is read when opened
_OUTBOX = Check("outbox", database.outbox, needs=("migrations",))

CHECKS = (
    Check("settings", configuration.settings),
    Check("secrets", configuration.secrets),
    Check("public-url", configuration.public_url),
    Check("versions", machine.versions),
    Check("disk", machine.disk),
    _DATABASE,
    Check("database-version", machine.server_version, needs=("database",)),
    Check("clock", database.clock, needs=("database",)),
    _MIGRATIONS,
    _OUTBOX,
    _INDEX,
    Check("index-version", machine.search_version, needs=("index",)),
    Check("index-content", index.content, needs=("index", "migrations")),
    Check("index-kept", index.kept, needs=("index",)),
    Check("model", index.model, seconds=MODEL_SECONDS),
    Check("mail", machine.mail),
    Check("sign-in", configuration.identity_provider),
    Check("payments", money.service),
    Check("payments-waiting", money.waiting, needs=("migrations",)),
    Check("administrator", trust.administrator, needs=("migrations",)),
    Check("audit", trust.chain, needs=("migrations",)),
)

# What decides whether this process can serve; where one of the others fails, a part of the
# site works less well, and taking every process out of service would not mend it.
VITAL = (_DATABASE, _MIGRATIONS, Check("model", index.is_warm))
READINESS = (*VITAL[:2], _INDEX, VITAL[2], _OUTBOX)
