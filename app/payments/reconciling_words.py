"""A difference between two books, and how it is put into words."""

from dataclasses import dataclass

from app.core.i18n import _


@dataclass(frozen=True, slots=True)
class Difference:
    """What is wrong (an English msgid with two placeholders at most), with which thing."""

    what: str
    about: str
    one: object = ""
    other: object = ""

    def __str__(self) -> str:
        return f"{self.about}: {_(self.what, one=self.one, other=self.other)}"
