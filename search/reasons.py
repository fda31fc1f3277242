"""Why a hit is here: what of the need is met, what is not stated, what is not met."""

from collections.abc import Iterator, Mapping

from search import analysis
from search.answers import Reason, Segments, State
from search.asking import Question
from search.engine import Document
from search.fusion import Ranked
from search.preparation import name_keys, vendor_key
from search.understanding import Chip
from search.vocabulary import Vocabulary

# nearer than that, in deviations from all candidates, is worth saying
_NEAR = 0.5
# a bonus that small is no reason to name a scenario
_COMPLAINT = 0.15
_MOST_FIELDS = 2
_MOST_WORDS = 4
_LONGEST_SAID = 30
_TABLES = {
    "industry": "industries",
    "city": "regions",
    "scenario": "scenarios",
    "vendor_kind": "vendor_kinds",
    "deployment": "deployments",
    "price_model": "price_models",
    "category": "information_categories",
}
_KINDS = {"city": "region", "max_price": "budget"}


def highlights(document: Document, question: Question) -> dict[str, Segments]:
    """Each field's text in segments, the matched ones marked; name first."""
    request = question.request
    wanted = {*request.required, *request.alternatives}
    fields = {"name": document.name, **document.texts}
    segments = analysis.highlights(list(fields.values()), wanted)
    return dict(zip(fields, segments, strict=True))


def reasons(
    document: Document,
    ranked: Ranked,
    question: Question,
    marked: Mapping[str, Segments],
    vocabulary: Vocabulary,
) -> tuple[Reason, ...]:
    """The strongest first: exact name, words, meaning, then each thing the need names."""
    found = [
        *_exact(document, ranked, question),
        *_words(marked),
        *_meaning(document, ranked, question, marked),
        *_complaints(document, question, vocabulary),
        *(_asked(chip, document, vocabulary) for chip in question.understanding.chips),
    ]
    return tuple(found)


def _exact(document: Document, ranked: Ranked, question: Question) -> Iterator[Reason]:
    if not ranked.is_exact:
        return
    asked = set(question.request.exact)
    for field, names in (("name", (document.name,)), ("names", document.names)):
        for name in names:
            if asked.intersection(name_keys(name)):
                yield Reason("exact", "met", question.understanding.text, field, name)
                return
    vendor = document.texts.get("vendor", "")
    if asked.intersection(vendor_key(key) for key in name_keys(vendor)):
        yield Reason("exact", "met", question.understanding.text, "vendor", vendor)


def _words(marked: Mapping[str, Segments]) -> Iterator[Reason]:
    """The fields with most of the words; each word is told once."""
    told: set[str] = set()
    fields = {field: [text for text, is_match in s if is_match] for field, s in marked.items()}
    order = sorted(fields, key=lambda field: -len("".join(dict.fromkeys(fields[field]))))
    for field in order[:_MOST_FIELDS]:
        fresh = [word for word in dict.fromkeys(fields[field]) if word not in told]
        if fresh:
            told.update(fresh)
            yield Reason("words", "met", "、".join(fresh[:_MOST_WORDS]), field)


def _meaning(
    document: Document, ranked: Ranked, question: Question, marked: Mapping[str, Segments]
) -> Iterator[Reason]:
    if question.request.vector is None:
        return
    by_words = any(is_match for segments in marked.values() for _, is_match in segments)
    if ranked.meaning >= _NEAR or not (by_words or ranked.is_exact):
        field = "summary" if "summary" in document.texts else "name"
        yield Reason("meaning", "met", _short(question.understanding.core), field)


def _complaints(document: Document, question: Question, vocabulary: Vocabulary) -> Iterator[Reason]:
    """The scenario whose complaints the need resembles, unless the need names one itself."""
    if any(chip.facet == "scenario" for chip in question.understanding.chips):
        return
    codes = document.facets.get("scenario", ())
    best = max(codes, key=lambda code: question.complaints.get(code, 0.0), default="")
    if question.complaints.get(best, 0.0) >= _COMPLAINT:
        name = vocabulary.scenarios[best].name
        yield Reason("scenario", "met", _short(question.understanding.core), "scenario", name)


def _asked(chip: Chip, document: Document, vocabulary: Vocabulary) -> Reason:
    kind = _KINDS.get(chip.facet, chip.facet)
    if chip.facet == "max_price":
        return _budget(chip, document)
    codes = document.facets.get(chip.facet, ())
    state: State = "unmet" if codes else "unknown"
    if chip.code in codes:
        state = "met"
        codes = (chip.code,)
    names = "、".join(label(chip.facet, code, vocabulary) for code in codes)
    return Reason(kind, state, chip.said, chip.facet, names)


def _budget(chip: Chip, document: Document) -> Reason:
    if document.price_from is None:
        return Reason("budget", "unknown", chip.said, "price")
    state: State = "met" if document.price_from <= int(chip.code) * 100 else "unmet"
    return Reason("budget", state, chip.said, "price", f"{document.price_from / 100:,.0f} 元")


def label(facet: str, code: str, vocabulary: Vocabulary) -> str:
    """What a code is called in Chinese; unknown codes stand for themselves."""
    table: Mapping[str, object] = getattr(vocabulary, _TABLES[facet]) if facet in _TABLES else {}
    known = table.get(code)
    return str(getattr(known, "short", "") or getattr(known, "name", code))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SAID else text[:_LONGEST_SAID] + "…"


_FIELDS = {
    "name": "名称",
    "names": "别名",
    "summary": "简介",
    "scenario": "应用场景",
    "industry": "适用行业",
    "vendor": "供应商",
    "region": "地区",
}
_ASKED = {
    "scenario": "应用场景",
    "industry": "行业",
    "region": "地区",
    "budget": "预算",
    "vendor_kind": "供应商类型",
    "deployment": "部署方式",
    "price_model": "计费方式",
}
_STATES = {
    "met": "符合“{said}”（{found}）",
    "unknown": "未说明（需要“{said}”）",
    "unmet": "与“{said}”不同（{found}）",
}


def reason_text(reason: Reason) -> str:
    """The reason in one Chinese sentence."""
    field = _FIELDS.get(reason.field, reason.field)
    if reason.kind == "exact":
        return f"{'供应商' if reason.field == 'vendor' else '名称'}一致：{reason.found}"
    if reason.kind == "words":
        return f"{field}里有“{reason.said}”"
    if reason.kind == "meaning":
        return f"意思接近“{reason.said}”"
    sentence = _STATES[reason.state].format(said=reason.said, found=reason.found)
    return f"{_ASKED.get(reason.kind, reason.kind)}{sentence}"
