"""What somebody at the desk wants to see of the listings, as the address carries it."""

from collections.abc import Collection, Mapping
from typing import TypeVar

from starlette.datastructures import QueryParams

from app.accounts.scope import Scope
from app.catalogue.index import get_vocabulary
from app.core.errors import Invalid
from app.core.i18n import _
from app.curation.oversight import reading
from app.curation.oversight.reading import Asked
from app.curation.oversight.subjects import LISTED
from search.engine import Kind

MOST_PAGE = 100_000
LONGEST_NAME = 100
Text = TypeVar("Text", bound=str)


def asked_for(query: QueryParams, scope: Scope) -> Asked:
    """Raises `Invalid` for a value that no filter has."""
    return Asked(
        kind=Kind(one_of(query, "kind", LISTED) or Kind.VENDOR),
        q=query.get("q", "").strip()[:LONGEST_NAME],
        stage=one_of(query, "stage", reading.STAGES),
        region=one_of(query, "region", regions(scope)),
        standing=one_of(query, "standing", reading.STANDINGS),
        whitelist=one_of(query, "whitelist", reading.WHITELIST),
        page=page_number(query),
    )


def one_of(query: QueryParams, name: str, known: Collection[str]) -> str:
    """The value of a filter, empty for none; raises `Invalid` for one that it does not have."""
    said = query.get(name, "")
    if said and said not in known:
        raise Invalid("There is no “{value}” to choose here.", value=said[:LONGEST_NAME])
    return said


def page_number(query: QueryParams) -> int:
    """Which page; the first where what is said is no number."""
    said = query.get("page", "1")
    return min(max(1, int(said)), MOST_PAGE) if said.isascii() and said.isdecimal() else 1


def regions(scope: Scope) -> list[str]:
    """The places inside a region that can be chosen: cities of the province, else all below."""
    vocabulary = get_vocabulary()
    if scope.is_province:
        return [code for code in vocabulary.regions if vocabulary.city_of(code) == code]
    inside = [code for code in vocabulary.regions if scope.covers(code)]
    return [code for code in inside if code != scope.region]


def options(
    known: Mapping[str, str], chosen: str, everything: str
) -> list[tuple[str, str, None, bool]]:
    """A filter with one choice, as `ui.facet` takes it; names come as they will be read."""
    rows = [("", everything), *known.items()]
    return [(code, name, None, code == chosen) for code, name in rows]


def words(known: Mapping[str, str]) -> dict[str, str]:
    """The names of codes in the reader's language."""
    return {str(code): _(name) for code, name in known.items()}
