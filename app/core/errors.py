"""Refusals: what the pool will not do, with a status and a sentence for the reader."""

from collections.abc import Mapping
from http import HTTPStatus


class Refusal(Exception):
    """A lawful "no".

    `message` is an English msgid with `{name}` placeholders; `values` fill them when the
    refusal is worded in the reader's language.
    """

    status: HTTPStatus = HTTPStatus.BAD_REQUEST
    headers: Mapping[str, str] = {}

    def __init__(self, message: str, /, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.values = values

    def __str__(self) -> str:
        return self.message.format(**self.values) if self.values else self.message


class NotFound(Refusal):
    """There is no such thing, or this person may not know of it."""

    status = HTTPStatus.NOT_FOUND


class Forbidden(Refusal):
    """This person may see it but not do this."""

    status = HTTPStatus.FORBIDDEN


class Conflict(Refusal):
    """The thing has moved on since it was read, or the move is not lawful from here."""

    status = HTTPStatus.CONFLICT


class Invalid(Refusal):
    """What was typed cannot be taken as it stands."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class Elsewhere(Refusal):
    """First something else, at another address: sign in, say the password again."""

    status = HTTPStatus.UNAUTHORIZED

    def __init__(self, message: str, location: str, /, **values: object) -> None:
        super().__init__(message, **values)
        self.location = location
