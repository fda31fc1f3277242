"""What somebody types to book seats: who will sit there, a code, why public money should pay."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID, uuid4

from app.accounts.visitor import Visitor
from app.bookings.ordering import (
    ADDRESS,
    LONGEST_NAME,
    LONGEST_WORDS,
    MOST_SEATS,
    Participant,
    Wish,
)
from app.core.i18n import _

MORE, LESS = "more", "less"
ORGANISATION = "organisation"
PARTS = ("name", "email", "job")


@dataclass(frozen=True, slots=True)
class BookingForm:
    """The form as typed; `rows` are shown, empty ones are nobody."""

    typed: Mapping[str, str]
    rows: int

    @classmethod
    def new(cls, visitor: Visitor, *, rows: int = 1) -> Self:
        """The first form: whoever books sits there themselves."""
        mine = {"name_1": visitor.name, "email_1": visitor.email, "sent_key": uuid4().hex}
        return cls(mine, rows)

    @classmethod
    def read(cls, typed: Mapping[str, str]) -> Self:
        """The form that came back."""
        said = typed.get("rows", "")
        rows = int(said) if said.isascii() and said.isdecimal() and len(said) < 3 else 1
        return cls(typed, min(max(rows, 1), MOST_SEATS))

    @property
    def asks_for_rows(self) -> bool:
        """Whether the button for more participants, or fewer, was pressed."""
        return bool(self.typed.get("change"))

    def with_rows(self) -> Self:
        """The same with a row more or less."""
        step = 1 if self.typed.get("change") == MORE else -1
        return replace(self, rows=min(max(self.rows + step, 1), MOST_SEATS))

    @property
    def participants(self) -> list[tuple[int, Participant]]:
        """Those whose row holds anything, with the number of the row; the first always."""
        found = []
        for number in range(1, self.rows + 1):
            said = [self.typed.get(f"{part}_{number}", "") for part in PARTS]
            if number == 1 or any(said):
                found.append((number, Participant(*said)))
        return found

    def wish(self, place_id: UUID | None) -> Wish:
        """What is asked for."""
        return Wish(
            participants=[one for _number, one in self.participants],
            sent_key=self.typed.get("sent_key", ""),
            code=self.typed.get("code", ""),
            wants_subsidy=bool(self.typed.get("wants_subsidy")),
            why_subsidised=self.typed.get("why_subsidised", ""),
            place_id=place_id,
            for_organisation=self.typed.get("whose") == ORGANISATION,
        )

    def errors(self) -> dict[str, str]:
        """What is wrong with it, by field."""
        found: dict[str, str] = {}
        for number, one in self.participants:
            found |= participant_errors(one, f"_{number}")
        if self.typed.get("wants_subsidy") and not self.typed.get("why_subsidised"):
            found["why_subsidised"] = _("Say why public money should pay a part.")
        if len(self.typed.get("why_subsidised", "")) > LONGEST_WORDS:
            most = _("Say it in at most {most} characters.", most=LONGEST_WORDS)
            found["why_subsidised"] = most
        return found

    def labels(self) -> dict[str, str]:
        """What each field is called, for the summary of what is wrong."""
        said = {"code": _("Code"), "why_subsidised": _("Why public money should pay a part")}
        said |= {"participants": _("Participants"), "whose": _("For whom")}
        for number in range(1, self.rows + 1):
            said[f"name_{number}"] = _("Name of participant {n}", n=number)
            said[f"email_{number}"] = _("E-mail address of participant {n}", n=number)
            said[f"job_{number}"] = _("Post of participant {n}", n=number)
        return said


def participant_errors(one: Participant, end: str = "") -> dict[str, str]:
    """What is wrong with a participant, by field; the names of the fields end so."""
    found: dict[str, str] = {}
    long = _("Say it in at most {most} characters.", most=LONGEST_NAME)
    if not one.name:
        found[f"name{end}"] = _("Say the name.")
    for part, said in (("name", one.name), ("job", one.job)):
        if len(said) > LONGEST_NAME:
            found[f"{part}{end}"] = long
        elif "\n" in said:
            found[f"{part}{end}"] = _("Write it on one line.")
    if one.email and not ADDRESS.fullmatch(one.email):
        found[f"email{end}"] = _("This is not a whole address, like name@example.com.")
    return found
