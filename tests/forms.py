"""Forms as a browser sees them: what can be typed, ticked and sent, and what stands there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

TYPED = {"", "text", "search", "email", "number", "date", "datetime-local", "url", "tel"}
SECRET = "one-time-code"  # what browsers call it; like a password it is typed anew
Sent = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a page: fields for words with what stands in them, others with their values."""

    method: str
    target: str  # the address that it is sent to
    action: str  # the same without the query
    has_files: bool
    words: Mapping[str, str]
    hidden: Sequence[tuple[str, str]]
    choices: Mapping[str, Sequence[str]]

    def filled(self, words: Mapping[str, str], chosen: int | None) -> Sent:
        """What is sent: these words, and of each choice the one at a place, or none."""
        some = [(name, said[chosen]) for name, said in self.choices.items() if chosen is not None]
        return [*self.hidden, *some, *words.items()]


def forms_of(html: str, path: str) -> Iterator[Form]:
    """The forms of the page at a path."""
    tree = LexborHTMLParser(html)
    for node in tree.css("form"):
        fields = [*node.css("input, textarea, select, button")]
        if node.attributes.get("id"):
            fields += tree.css(f'[form="{node.attributes["id"]}"]')
        yield _form(node, [one for one in fields if one.attributes.get("name")], path)


def _form(node: LexborNode, fields: Sequence[LexborNode], path: str) -> Form:
    words: dict[str, str] = {}
    hidden: list[tuple[str, str]] = []
    choices: dict[str, list[str]] = {}
    for one in fields:
        name, kind, value = (one.attributes.get(part) or "" for part in ("name", "type", "value"))
        if one.tag == "textarea":
            words[name] = one.text()
        elif one.tag == "select":
            choices[name] = [o.attributes.get("value") or "" for o in one.css("option")]
        elif one.tag == "button" or kind in ("radio", "checkbox", "submit"):
            choices.setdefault(name, []).append(value)
        elif kind == "hidden":
            hidden.append((name, value))
        elif kind in TYPED and one.attributes.get("autocomplete") != SECRET:
            words[name] = value
    method = (node.attributes.get("method") or "get").lower()
    target = node.attributes.get("action") or path
    has_files = "multipart" in (node.attributes.get("enctype") or "")
    return Form(method, target, urlsplit(target).path, has_files, words, hidden, choices)
