"""The command that matches a text as the site would, with every number and reason."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from app.catalogue.index import get_vocabulary
from app.cli.output import complain, note, say, say_json
from app.core.db import transaction
from app.core.i18n import _, ngettext
from app.matching import choosing, finding
from app.matching.found import Found, Hit
from app.matching.wanted import Limits, Wanted
from app.matching.wording import component_label, reason_sentence
from app.needs.wanting import wanted_by

FEN = 100
MARKS = {"met": "✓", "unmet": "–", "unknown": "?"}


def register(app: typer.Typer) -> None:
    """Add this command to `pool`."""
    app.command()(match)


def match(
    text: Annotated[str, typer.Argument(help="A need in its own words.")],
    region: Annotated[str, typer.Option(help="Where the work is done: a name or code.")] = "",
    industry: Annotated[list[str] | None, typer.Option(help="A name or code.")] = None,
    budget: Annotated[int, typer.Option(min=0, help="The highest price, in yuan.")] = 0,
    deployment: Annotated[list[str] | None, typer.Option(help="A name or code.")] = None,
    whitelist: Annotated[bool, typer.Option(help="Only vendors on the whitelist.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=choosing.MOST)] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Who meets a need, part by part, and why; what nobody meets is said."""
    limits = Limits(
        region=_region(region) if region else None,
        industries=tuple(c for name in industry or () for c in _industries(name)),
        deployment=tuple(_deployment(name) for name in deployment or ()),
        max_price=budget * FEN or None,
        whitelist=whitelist,
    )
    if not text.strip():
        _refuse(_("Say what is needed."))
    wanted = wanted_by(text.strip(), limits)
    with transaction(writes=False) as db:
        found = finding.find(db, wanted)
        shown = found.hits[:limit]
        if as_json:
            say_json(_as_json(wanted, found, shown))
        else:
            _print(wanted, found, shown)


def _refuse(why: str) -> None:
    complain(why)
    raise typer.Exit(2)


def _region(name: str) -> str:
    vocabulary = get_vocabulary()
    found = vocabulary.regions.get(name) or vocabulary.find_region(name)
    if found is None:
        _refuse(_("No place is called {name}.", name=name))
    return found.code if found else ""


def _industries(name: str) -> Sequence[str]:
    vocabulary = get_vocabulary()
    codes = (name,) if name in vocabulary.industries else vocabulary.industries_of(name).codes
    if not codes:
        _refuse(_("No industry is called {name}.", name=name))
    return codes


def _deployment(name: str) -> str:
    for term in get_vocabulary().deployments.values():
        if name in {term.code, term.name, term.name_en, *term.aliases}:
            return term.code
    _refuse(_("No way of deployment is called {name}.", name=name))
    return ""


def _as_json(wanted: Wanted, found: Found, shown: Sequence[Hit]) -> dict[str, Any]:
    return {
        "wanted": wanted.as_json(),
        "eligible": found.eligible.vendors,
        "excluded": dict(found.eligible.excluded),
        "by_meaning": found.by_meaning,
        "salt": found.salt,
        "weights": dict(found.weights),
        "versions": dict(found.versions),
        "matches": [_hit(rank, hit) for rank, hit in enumerate(shown, start=1)],
        "cover": [_covering(found, one) for one in found.cover],
        "uncovered": [wanted.parts[n].title for n in found.uncovered],
    }


def _hit(rank: int, hit: Hit) -> dict[str, Any]:
    return {
        "rank": rank,
        "id": hit.solution.identifier,
        "name": hit.solution.name,
        "vendor": hit.solution.vendor.name,
        "score": hit.score,
        "scores": dict(hit.scores),
        "parts": [dict(part) for part in hit.parts],
        "evidence": [dict(one) for one in hit.evidence],
    }


def _covering(found: Found, one: Mapping[str, Any]) -> dict[str, Any]:
    ids = set(one["solutions"])
    hits = [hit for hit in found.hits if str(hit.solution.id) in ids]
    return {
        "vendor": hits[0].solution.vendor.name,
        "parts": one["parts"],
        "solutions": [hit.solution.name for hit in hits],
    }


def _print(wanted: Wanted, found: Found, shown: Sequence[Hit]) -> None:
    if not found.by_meaning:
        note(_("The language model is missing: matching by words only."))
    for number, part in enumerate(wanted.parts, start=1):
        say(f"{number}. {part.title}: {part.text}")
    if found.eligible.vendors is not None:
        inside = found.eligible.vendors
        say(
            ngettext(
                "{n} vendor is inside the limits.", "{n} vendors are inside the limits.", inside
            )
        )
    if not shown:
        say(_("No good match: nothing in the pool comes close enough to be shown as one."))
        return
    Console(highlight=False).print(_table(shown))
    for rank, hit in enumerate(shown, start=1):
        _print_reasons(rank, hit)
    for one in found.cover if len(wanted.parts) > 1 else ():
        told = _covering(found, one)
        parts = _(", ").join(wanted.parts[n].title for n in told["parts"])
        say(_("Covered by {vendor}: {parts}", vendor=told["vendor"], parts=parts))
    for number in found.uncovered:
        say(_("Nobody covers: {part}", part=wanted.parts[number].title))


def _table(shown: Sequence[Hit]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("#", _("Solution"), _("Vendor"), _("Parts")):
        table.add_column(heading)
    table.add_column(_("Score"), justify="right")
    for rank, hit in enumerate(shown, start=1):
        states = " ".join(MARKS[part["state"]] for part in hit.parts)
        named = (hit.solution.name, hit.solution.vendor.name)
        table.add_row(str(rank), *named, states, f"{hit.score:.3f}")
    return table


def _print_reasons(rank: int, hit: Hit) -> None:
    say(f"{rank}. {hit.solution.name} [{hit.solution.identifier}]")
    numbers = (
        f"{component_label(name)} {score:.3f}" for name, score in hit.scores.items() if score
    )
    say(f"     {' + '.join(numbers)} = {hit.score:.3f}")
    for part in hit.parts:
        for reason in part["reasons"]:
            say(f"     {part['title']}  {reason_sentence(reason)}")
