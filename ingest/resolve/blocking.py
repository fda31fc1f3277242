"""Finding the few known names that are worth comparing, among a hundred thousand."""

from itertools import chain, islice

# Names looked at for one candidate, and how many names may share a pair of characters before the
# pair says too little to be kept (科技, 智能): blocks stop growing there, so that memory and time
# stay in proportion.
MOST_NEAR = 200
LONGEST_BLOCK = 2_000


def pairs_of(core: str) -> set[str]:
    """The pairs of neighbouring characters of a name; a single character stands for itself."""
    return {core[i : i + 2] for i in range(len(core) - 1)} or {core}


class Blocks:
    """An inverted index from pairs of characters to the numbers of the names that hold them.

    Rare pairs are asked first, common ones only where a name has no other.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, list[int]] = {}

    def add(self, core: str, number: int, scope: str = "") -> None:
        for pair in pairs_of(core):
            block = self._numbers.setdefault(scope + pair, [])
            if len(block) <= LONGEST_BLOCK:
                block.append(number)

    def near(self, core: str, scope: str = "") -> list[int]:
        """Numbers of at most `MOST_NEAR` names that share a pair, those of rare pairs first."""
        held = (self._numbers.get(scope + pair) for pair in pairs_of(core))
        blocks = sorted(filter(None, held), key=lambda block: (len(block), block[0]))
        telling = [block for block in blocks if len(block) <= LONGEST_BLOCK]
        return list(dict.fromkeys(islice(chain.from_iterable(telling or blocks[:1]), MOST_NEAR)))
