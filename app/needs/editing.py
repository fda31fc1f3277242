"""What stands in the form of a need, and what it means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.i18n import _
from app.curation.applications.completeness import Completeness, completeness_of
from app.curation.applications.differences import Segment, compare
from app.curation.applications.field import Field
from app.curation.applications.forms import clean, get, read_fields, typed_of
from app.needs import drafting
from app.needs.drafting import Said
from app.needs.fields import CONFIDENTIALITIES, FIELDS, values_of
from app.needs.models import Confidentiality, Need
from app.needs.understanding import Tag, added_in, key, recognised

Posted = Mapping[str, Sequence[str]]
WORDS = ("title", "text", "systems")
READ = ("title", "text")  # what is taken apart; systems in use are not what is wanted
FILLED: Mapping[str, str] = {  # facets of tags that count only while the field says nothing
    "industry": "industries",
    "city": "region",
    "deployment": "deployment",
    "max_price": "budget_to",
}


@dataclass(frozen=True, slots=True)
class Form:
    """One filling of the form: what was typed, what it means, and what is wrong with it."""

    seen: int
    posted: Mapping[str, Any]
    said: Said
    errors: Mapping[str, str] = field(default_factory=dict)
    offered: Sequence[tuple[Tag, bool]] = ()  # tags, and whether each is kept
    parts_are_written: bool = False

    @property
    def sections(self) -> list[tuple[str, list[Field]]]:
        grouped: dict[str, list[Field]] = {}
        for one in FIELDS:
            grouped.setdefault(one.section, []).append(one)
        return list(grouped.items())

    @property
    def complete(self) -> Completeness:
        return completeness_of(FIELDS, self.said.values)

    @property
    def labels(self) -> dict[str, str]:
        """What each field is called, for the summary of what is wrong."""
        own = {"confidentiality": _("Who sees it"), "parts": _("What it asks for")}
        return {one.name: _(one.label) for one in FIELDS} | own

    @property
    def split(self) -> str:
        """What tells whether somebody touched the parts that are shown."""
        return "" if self.parts_are_written else drafting.digest_of(self.said.parts)

    def says_otherwise(self, need: Need) -> bool:
        """Whether saving it would change what is stored."""
        return bool(self.errors) or self.said != drafting.said_of(need)

    def against(self, need: Need, one: Field) -> tuple[Segment, ...]:
        """How the stored text of a field differs from what was typed; nothing where it is equal."""
        stored, typed = get(values_of(need), one), get(self.said.values, one)
        return () if stored == typed else compare(one, typed, stored)


def shown_in_form(need: Need) -> Form:
    """The form as it stands before anybody types."""
    said = drafting.said_of(need)
    posted = {
        **typed_of(FIELDS, said.values),
        "confidentiality": str(need.confidentiality),
        "requires_whitelist": "yes" if need.requires_whitelist else "",
    }
    as_split = drafting.split(need.text)
    return Form(
        seen=need.version,
        posted=posted,
        said=said,
        offered=_offered(said),
        parts_are_written=list(said.parts) != as_split,
    )


def read(need: Need, posted: Posted) -> Form:
    """What somebody sent; fields that are wrong keep what is stored, and what was typed is shown
    again."""
    values, errors = read_fields(FIELDS, posted, values_of(need))
    errors |= _together(values)
    choice = _one(posted, "confidentiality")
    if choice not in CONFIDENTIALITIES:
        errors["confidentiality"] = _("Choose who sees it.")
        choice = need.confidentiality
    texts = [str(values.get(name, "")) for name in READ]
    parts, are_written = _parts(str(values.get("text", "")), posted)
    ignored, added = _ticked(texts, need, posted)
    said = Said(
        values=values,
        confidentiality=Confidentiality(choice),
        requires_whitelist=_one(posted, "requires_whitelist") == "yes",
        tags=drafting.tags_of(texts, ignored, added),
        ignored=ignored,
        parts=parts,
    )
    return Form(
        seen=_number(posted),
        posted={**_typed(posted), "confidentiality": str(choice)},
        said=said,
        errors=errors,
        offered=_offered(said),
        parts_are_written=are_written,
    )


def _together(values: Mapping[str, Any]) -> dict[str, str]:
    errors: dict[str, str] = {}
    least, most = values.get("budget_from"), values.get("budget_to")
    if least is not None and most is not None and least > most:
        errors["budget_to"] = _("This is less than where the budget begins.")
    ends, closes = values.get("questions_until"), values.get("closes_at")
    if ends and closes and ends > closes:
        errors["questions_until"] = _("Questions have to end before the need closes.")
    return errors


def _parts(text: str, posted: Posted) -> tuple[list[drafting.NeedPart], bool]:
    if _one(posted, "then") == "split":
        return drafting.split(text), False
    names = [(f"part_title_{n}", f"part_text_{n}") for n in range(drafting.MOST_PARTS)]
    typed = [(clean(_one(posted, title)), clean(_one(posted, body))) for title, body in names]
    return drafting.parts_after(text, typed, _one(posted, "split"))


def _ticked(texts: Sequence[str], need: Need, posted: Posted) -> tuple[list[str], list[str]]:
    if "shown" not in posted and "add" not in posted:  # a form that does not ask for tags
        return list(need.ignored), added_in(need.tags)
    # a tick beside what the words said goes with the words: nobody added it
    gone = set(posted.get("from_words", ())) - {key(tag) for tag in recognised(*texts)}
    ticked = [one for one in posted.get("tag", ()) if one not in gone]
    ticked += [f"scenario:{code}" for code in posted.get("add", ()) if code]
    ignored, added = drafting.tags_after(texts, ticked, posted.get("shown", ()), need.ignored)
    return [one for one in ignored if one not in ticked], added


def _offered(said: Said) -> list[tuple[Tag, bool]]:
    """What can be ticked: what the words say, unless a field says it, and what was added."""
    texts = [str(said.values.get(name, "")) for name in READ]
    found = recognised(*texts)
    away = set(said.ignored)
    known = {key(tag) for tag in found}
    tags = [tag for tag in found if not said.values.get(FILLED.get(tag["facet"], ""))]
    more = [tag for tag in said.tags if key(tag) not in known]
    return [*((tag, key(tag) not in away) for tag in tags), *((tag, True) for tag in more)]


def _typed(posted: Posted) -> dict[str, Any]:
    lists = {one.name for one in FIELDS if one.input == "codes"}
    return {
        name: list(said) if name in lists else next(iter(said), "") for name, said in posted.items()
    } | {name: [] for name in lists - posted.keys()}


def _one(posted: Posted, name: str) -> str:
    return next(iter(posted.get(name, ())), "")


def _number(posted: Posted) -> int:
    said = _one(posted, "version")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 9 else 0
