"""A line of a file as every reader hands it on, before anyone knows what it means."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Line:
    """The cleaned cells of one line, from the first column on.

    `number` counts lines as a person sees them in the file, from 1. `where` says it in words
    that suit the file (a PDF has "page.row"). `wide` gives the width of cells merged sideways,
    `carried` the columns whose text comes from a cell merged downwards.
    `outside` marks text beside a table, which can name it but is never a row. `fault` is a
    sentence (message id) about what was wrong with the line as a whole.
    """

    number: int
    cells: list[str]
    where: str = ""
    wide: dict[int, int] = field(default_factory=dict)
    carried: frozenset[int] = frozenset()
    outside: bool = False
    fault: str = ""

    def __post_init__(self) -> None:
        self.where = self.where or str(self.number)

    @property
    def filled(self) -> list[int]:
        """The columns that hold text."""
        return [column for column, text in enumerate(self.cells) if text]

    def text(self, column: int) -> str:
        """The text in a column, empty beyond the end of the line."""
        return self.cells[column] if column < len(self.cells) else ""

    @property
    def texts(self) -> list[str]:
        """All that the line says, in order."""
        return [text for text in self.cells if text]
