"""From the structured reasons, chips and orders of search to sentences in the reader's language."""

from collections.abc import Mapping

from app.catalogue.labels import code_label, facet_label, named
from app.core.formats import format_money
from app.core.i18n import _, mark
from app.discovery.browsing import Sort
from search.searcher import Reason

FIELDS: Mapping[str, str] = {
    "name": mark("name"),
    "names": mark("other names"),
    "aliases": mark("other names"),
    "summary": mark("summary"),
    "scenario": mark("scenarios"),
    "industry": mark("industries"),
    "vendor": mark("vendor"),
    "region": mark("place"),
    "service_areas": mark("fields of service"),
    "products": mark("products and services"),
    "factory": mark("factory"),
    "results": mark("results"),
    "issuer": mark("issuer"),
    "document_number": mark("document number"),
    "organiser": mark("organiser"),
    "venue": mark("venue"),
    "audience": mark("audience"),
}
WHOLE: Mapping[str, str] = {
    "exact": mark("Exactly this name or number: {found}"),
    "words": mark("“{said}”: said in the {field}"),
    "meaning": mark("Close in meaning ({field})"),
}
ASKED: Mapping[str, str] = {
    "met": mark("{asked} “{said}”: {found}"),
    "unknown": mark("{asked} “{said}”: not stated, worth asking"),
    "unmet": mark("{asked} “{said}”: states {found} instead"),
}
BUDGET: Mapping[str, str] = {
    "met": mark("Budget {said}: from {found}"),
    "unknown": mark("Budget {said}: no price published, worth asking"),
    "unmet": mark("Budget {said}: costs from {found}"),
}
SORTS: Mapping[Sort, str] = {
    Sort.RELEVANCE: mark("Relevance"),
    Sort.NEWEST: mark("Newest"),
    Sort.NAME: mark("Name"),
}
FACET_OF: Mapping[str, str] = {"region": "city", "budget": "max_price"}


def reason(given: Reason) -> tuple[str, str]:
    """Why a listing was found, or what of the question it leaves open: its state and sentence."""
    return given.state, _text(given)


def field_label(field: str) -> str:
    """What a searched field is called inside a sentence."""
    return _(FIELDS[field]) if field in FIELDS else field


def filter_label(facet: str, code: str) -> str:
    """A filter's value: 东莞, 设备联网, ≤ 20 万元."""
    if facet == "max_price":
        return _("up to {amount}", amount=format_money(int(code) * 100))
    return code_label(facet, code)


def sort_label(sort: str) -> str:
    """What an order is called."""
    return _(SORTS[Sort(sort)])


def _text(given: Reason) -> str:
    if given.kind in WHOLE:
        values = {"said": given.said, "found": given.found, "field": field_label(given.field)}
        return _(WHOLE[given.kind], **values)
    if given.kind == "budget":
        return _(BUDGET[given.state], said=given.said, found=_amount(given.found))
    facet = FACET_OF.get(given.kind, given.kind)
    found = _(", ").join(named(facet, name) for name in given.found.split("、") if name)
    return _(ASKED[given.state], asked=facet_label(facet), said=given.said, found=found)


def _amount(found: str) -> str:
    """Search says prices in Chinese; this reads them back."""
    digits = found.removesuffix("元").replace(",", "").strip()
    return format_money(int(digits) * 100) if digits.isdecimal() else found
