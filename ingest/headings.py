"""Which lines are the header of a table, and what its columns are called."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from ingest.columns import heading_key
from ingest.lines import Line

Known = Callable[[str], bool]

_LONGEST_LABEL = 24
_DEEPEST = 4
_NOT_LABEL = re.compile(r"[\d\s.,:%/+-]+|.*://.*|\d{4}[年./-].*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Header:
    """Headings by column, empty where a column has none, and the lines that gave them."""

    start: int
    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    hits: int

    def repeats(self, line: Line) -> bool:
        """Whether a later line only says the header again, as printed pages do."""
        said = line.texts
        return len(said) > 1 and any(_same(said, each.texts) for each in self.lines)


def _same(said: list[str], texts: list[str]) -> bool:
    """Whether two lines say the same headings; nearly always the first cell tells."""
    return len(said) == len(texts) and all(
        one == two or (len(one) <= 2 * len(two) + 4 and heading_key(one) == heading_key(two))
        for one, two in zip(said, texts, strict=True)
    )


def find_header(lines: Sequence[Line], known: Known) -> Header | None:
    """The header among the first lines of a table: the line with most known headings.

    Without known headings, the first full line of distinct labels that stands above other lines.
    """
    found = [each for at in range(len(lines)) if (each := header_at(lines, at, known))]
    if not found:
        return None
    best = max(found, key=lambda header: header.hits)
    width = sum(1 for heading in best.headings if heading)
    if best.hits >= 2 or (best.hits == 1 and width == 1 == _typical_width(lines, best)):
        return best
    return next((header for header in found if _stands_out(header, lines)), None)


def header_at(lines: Sequence[Line], at: int, known: Known) -> Header | None:
    """The header that starts at this line, if it looks like one."""
    top = lines[at]
    if not _is_label_line(top, known):
        return None
    depth = 1
    while at + depth < len(lines) and depth < _DEEPEST:
        if not _is_second_line(lines[at : at + depth], lines[at + depth], known):
            break
        depth += 1
    used = tuple(lines[at : at + depth])
    headings = _combine(used)
    hits = sum(1 for heading in headings if heading and known(heading))
    return Header(at, _distinct(headings), used, hits)


def is_new_header(lines: Sequence[Line], known: Known) -> bool:
    """Whether a second table starts at the first of these lines, below the one being read."""
    if not _may_name_columns(lines[0], known):
        return False
    header = header_at(lines, 0, known)
    if header is None:
        return False
    width = sum(1 for heading in header.headings if heading)
    return header.hits >= 3 and header.hits >= 0.6 * width


def _may_name_columns(line: Line, known: Known) -> bool:
    """A quick look that spares most rows a closer one: enough of its cells are known."""
    texts = line.texts
    strangers = 0
    for text in texts:
        strangers += len(text) > _LONGEST_LABEL or text.isdigit() or not known(text)
        if 5 * strangers > 2 * len(texts):
            return False
    return True


def _is_label(text: str, known: Known) -> bool:
    if known(text):
        return True
    key = heading_key(text)
    return len(key) <= _LONGEST_LABEL and not _NOT_LABEL.fullmatch(key)


def _is_label_line(line: Line, known: Known) -> bool:
    texts = line.texts
    if not texts or _is_banner(line):
        return False
    return sum(_is_label(text, known) for text in texts) >= 0.8 * len(texts)


def _is_banner(line: Line) -> bool:
    """One text merged across columns: a title or a note, whatever it says."""
    filled = line.filled
    return line.outside or (len(filled) == 1 and line.wide.get(filled[0], 1) > 1)


def _groups(line: Line) -> dict[int, int]:
    """Each heading that stands over several columns: its first column and its width."""
    if line.wide or line.carried:
        return {column: width for column, width in line.wide.items() if line.text(column)}
    ends = [*line.filled[1:], len(line.cells)]
    return {at: end - at for at, end in zip(line.filled, ends, strict=True) if end - at > 1}


def _is_second_line(above: Sequence[Line], line: Line, known: Known) -> bool:
    """Whether a line goes on naming columns: it labels parts of a group, and nothing else."""
    groups = _groups(above[-1])
    under = {column: at for at, width in groups.items() for column in range(at, at + width)}
    own = [column for column in line.filled if column not in line.carried]
    if not own or not all(column in under for column in own):
        return False
    if not all(_is_label(line.text(column), known) for column in own):
        return False
    if max(Counter(under[column] for column in own).values()) < 2:
        return False
    merged = bool(above[-1].wide)
    return merged or (0 not in own and any(known(line.text(column)) for column in own))


def _combine(lines: Sequence[Line]) -> list[str]:
    """ "联系方式" over "电话" is "联系方式/电话"; a cell merged downwards counts once."""
    width = max(len(line.cells) for line in lines)
    paths: list[list[str]] = [[] for _ in range(width)]
    for depth, line in enumerate(lines):
        named = {column: line.text(column) for column in line.filled}
        if depth + 1 < len(lines):
            for at, span in _groups(line).items():
                named |= {column: line.text(at) for column in range(at, min(at + span, width))}
        for column, text in named.items():
            label = text.replace("\n", "").strip()
            if label not in paths[column]:
                paths[column].append(label)
    return ["/".join(path) for path in paths]


def _distinct(headings: Sequence[str]) -> tuple[str, ...]:
    """Headings with a number after those that came before: "电话", "电话 (2)"."""
    seen: Counter[str] = Counter()
    named = []
    for heading in headings:
        seen[heading] += 1
        again = heading and seen[heading] > 1
        named.append(f"{heading} ({seen[heading]})" if again else heading)
    return tuple(named)


def _typical_width(lines: Sequence[Line], header: Header) -> int:
    below = [len(line.filled) for line in lines[header.start + len(header.lines) :] if line.filled]
    return int(median(below)) if below else 0


def _stands_out(header: Header, lines: Sequence[Line]) -> bool:
    named = [heading for heading in header.headings if heading]
    typical = _typical_width(lines, header)
    return len(named) >= 3 and typical >= 2 and len(named) >= 0.6 * typical
