"""The audit entries of the time before they were chained get their place in the chain."""

from sqlalchemy import Connection, bindparam, select, update

from app.core.audit import CHUNK, START, AuditEntry, hash_of

TABLE = AuditEntry.__table__  # type: ignore[attr-defined]


def chain_what_is_there(connection: Connection) -> None:
    """Chain every entry that has no number yet, oldest first.

    A program before this one that still runs beside it writes entries without a number, which
    `pool audit verify` names: stop it first.
    """
    left = {"number", "previous", "hash"}
    said = [one for one in TABLE.columns if one.name not in left]
    chosen = select(*said).where(TABLE.c.number.is_(None)).order_by(TABLE.c.at, TABLE.c.id)
    previous, links = START, []
    for number, row in enumerate(connection.execute(chosen).all(), start=1):
        own = hash_of(row._asdict(), number, previous)
        links.append({"key": row.id, "number": number, "previous": previous, "hash": own})
        previous = own
    chain = update(TABLE).where(TABLE.c.id == bindparam("key"))
    for start in range(0, len(links), CHUNK):
        connection.execute(chain, links[start : start + CHUNK])
