"""How a row of each kind is read, field by field."""

import re
from collections.abc import Callable

from ingest.normalise.codes import read_credit_code
from ingest.normalise.documents import category_of, read_document_number
from ingest.normalise.money import read_price
from ingest.normalise.names import NameKey, organisation_key
from ingest.normalise.reading import Reading
from ingest.normalise.solutions import solution_key
from ingest.normalise.words import region_of, terms_of
from search.engine import Kind

_BETWEEN_NAMES = re.compile(r"[;；、,，/|\n]+")
_ONLINE = re.compile(r"线上|在线|直播|网络|视频|腾讯会议|online", re.IGNORECASE)
_OFFLINE = re.compile(r"线下|现场|面授|实地|集中|offline", re.IGNORECASE)
_VALID_UNTIL = re.compile(r"有效期(?:限)?[至到]\s*(\d{4}[-/.年]\d{1,2}(?:[-/.月]\d{1,2}日?|月)?)")
_MIXED = re.compile(r"结合|混合|融合|同步|hybrid", re.IGNORECASE)

Hints = dict[str, str]


def _vendor(reading: Reading, hints: Hints, context: str) -> None:
    key = organisation_key(reading.cell("name"))
    reading.set("name", key.name)
    told = [name.strip() for name in _BETWEEN_NAMES.split(reading.cell("aliases_text"))]
    reading.set("aliases", _other_names([*key.aliases, *told], key.name))
    _partners(reading, key, hints)
    reading.set("credit_code", _code(reading, "credit_code"))
    _vendor_kind(reading, context)
    reading.region()
    _region_of_name(reading, key)
    reading.text("summary", "service_areas", "products")
    reading.line("website")
    _vendor_fields(reading)


def _other_names(names: list[str], name: str) -> list[str]:
    return [other for other in dict.fromkeys(names) if other and other != name]


def _partners(reading: Reading, key: NameKey, hints: Hints) -> None:
    if key.partners:
        hints["partners"] = ";".join(key.partners)
        reading.report(
            "name",
            "Several organisations share this cell; {main} is taken.",
            reading.cell("name"),
            {"main": key.name},
            repaired=True,
        )


def _code(reading: Reading, name: str) -> str | None:
    read = read_credit_code(reading.cell(name))
    if read.reason:
        reading.report(name, read.reason, reading.cell(name), read.values)
    for repair in read.repairs if read.code else ():
        reading.report(name, repair, reading.cell(name), repaired=True)
    return read.code


def _vendor_kind(reading: Reading, context: str) -> None:
    """The kind its cell states, or else the one that the sheet is about."""
    kinds = dict(reading.vocabulary.vendor_kinds)
    stated = reading.terms("kind_text", "kind", kinds)
    told = stated or list(terms_of(context, kinds).codes)
    if len(told) == 1:
        reading.set("kind", told[0])
    elif stated:
        reading.report("kind", "Several kinds are named; none is taken.", reading.cell("kind_text"))


def _region_of_name(reading: Reading, key: NameKey) -> None:
    """A registered name opens with the place of registration."""
    if not reading.values.get("region_text"):
        reading.set("region", region_of(key.region, reading.vocabulary))


def _vendor_fields(reading: Reading) -> None:
    """Industries and scenarios, from their own columns or from what the vendor says it serves."""
    vocabulary = reading.vocabulary
    reading.industries()
    reading.scenarios()
    served = reading.cell("service_areas")
    if not reading.cell("industries_text"):
        named = vocabulary.industries_in(served)
        reading.set("industries", list(dict.fromkeys(c for m in named for c in m.value)))
    if not reading.cell("scenarios_text"):
        codes = vocabulary.scenarios_of(served).codes
        offered = vocabulary.scenarios_of(reading.cell("products")).codes
        reading.set("scenarios", list(dict.fromkeys((*codes, *offered))))


def _solution(reading: Reading, hints: Hints, _context: str) -> None:
    reading.set("name", solution_key(reading.cell("name")).name)
    _of_vendor(reading, hints)
    _use(reading)
    reading.text("summary")
    _price(reading)
    deployments = dict(reading.vocabulary.deployments)
    reading.set("deployment", reading.terms("deployment_text", "deployment", deployments))
    reading.year()


def _of_vendor(reading: Reading, hints: Hints) -> None:
    reading.line("vendor")
    code = _code(reading, "vendor_credit_code")
    place = Reading(reading.raw, reading.vocabulary)
    place.region()
    told = {"vendor_credit_code": code, "vendor_region": place.values.get("region")}
    hints.update({name: value for name, value in told.items() if value})
    if text := place.values.get("region_text"):
        reading.values.setdefault("extra", {})["region_text"] = text


def _use(reading: Reading) -> None:
    """Industries and scenarios with the words they were stated in."""
    reading.line("industries_text", "scenarios_text")
    reading.industries()
    reading.scenarios()


def _price(reading: Reading) -> None:
    models = dict(reading.vocabulary.price_models)
    charged = reading.cell("price_model_text")
    price = read_price(reading.cell("price_text") or charged)
    stated = terms_of(charged, models)
    reading.set("price_text", price.text if reading.cell("price_text") or price.fen else None)
    if price.fen is not None:
        reading.values["price_from"] = price.fen
    model = stated.codes[0] if stated.codes else price.model
    reading.set("price_model", model if model in models else None)
    if price.reason and reading.cell("price_text"):
        reading.report("price_text", price.reason, price.text, {"value": price.text})
    elif charged and not model:
        reading.report("price_model", "This list of choices does not have this word.", charged)


def _case(reading: Reading, _hints: Hints, _context: str) -> None:
    reading.line("name", "vendor", "solution", "factory")
    _use(reading)
    reading.region()
    factory = organisation_key(reading.cell("factory"))
    _region_of_name(reading, factory)
    reading.text("summary", "results")
    reading.year()


def _information(reading: Reading, _hints: Hints, _context: str) -> None:
    reading.line("name", "issuer")
    number, rest = read_document_number(reading.cell("document_number"))
    reading.set("document_number", number)
    if rest:
        reading.report("document_number", "This is not the document's own number.", rest)
    reading.date("issued_on")
    _validity(reading)
    stated = reading.cell("category_text")
    name = reading.cell("name")
    reading.set("category", category_of(stated, name, number, reading.vocabulary))
    reading.region()
    reading.region_from("issuer", "name")
    reading.text("summary")


def _validity(reading: Reading) -> None:
    """ "有效期" may hold a range, and nothing ends before it begins."""
    told = _VALID_UNTIL.search(reading.cell("summary"))
    if told and not reading.cell("valid_until"):
        reading.raw["valid_until"] = told[1]
    until = reading.date("valid_until")
    if until.end:
        reading.set("valid_from", until.start)
        reading.set("valid_until", until.end)
    reading.date("valid_from")
    start, end = reading.values.get("valid_from"), reading.values.get("valid_until")
    if start and end and end < start[: len(end)]:
        del reading.values["valid_until"]
        reading.report("valid_until", "The validity ends before it begins.", end)


def _training(reading: Reading, _hints: Hints, _context: str) -> None:
    reading.line("name", "organiser", "venue")
    held = reading.date("starts_on")
    if held.end:
        reading.values.setdefault("extra", {})["ends_on"] = held.end
    _mode(reading)
    reading.region()
    reading.region_from("venue")
    reading.text("summary", "audience")


def _mode(reading: Reading) -> None:
    stated = reading.cell("mode_text")
    said = stated or reading.cell("venue")
    online, offline = _ONLINE.search(said), _OFFLINE.search(said)
    if _MIXED.search(said) or (online and offline):
        reading.set("mode", "hybrid")
    elif online or offline:
        reading.set("mode", "online" if online else "offline")
    elif stated:
        reading.report("mode", "This list of choices does not have this word.", stated)


READERS: dict[Kind, Callable[[Reading, Hints, str], None]] = {
    Kind.VENDOR: _vendor,
    Kind.SOLUTION: _solution,
    Kind.CASE: _case,
    Kind.INFORMATION: _information,
    Kind.TRAINING: _training,
}
