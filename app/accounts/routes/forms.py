"""What people may type on the pages of accounts, as it comes; the rules say what is wrong."""

from typing import Annotated, Any

from fastapi import Form
from pydantic import BaseModel

SECRET = {"password", "current", "code"}


class Typed(BaseModel):
    """A form as it was sent; what is missing counts as empty."""

    next: str = ""

    @property
    def shown(self) -> dict[str, Any]:
        """What may be put back into the form."""
        return self.model_dump(exclude=SECRET)


class Registration(Typed):
    email: str = ""
    name: str = ""
    password: str = ""
    terms: str = ""


class Credentials(Typed):
    email: str = ""
    password: str = ""


class Link(Typed):
    """The other half of a link that came by mail."""

    token: str = ""
    password: str = ""


class NewPassword(Typed):
    current: str = ""
    password: str = ""


class Profile(Typed):
    name: str = ""
    language: str = ""


class Code(Typed):
    code: str = ""
    sealed: str = ""


PostedRegistration = Annotated[Registration, Form()]
PostedCredentials = Annotated[Credentials, Form()]
PostedLink = Annotated[Link, Form()]
PostedPassword = Annotated[NewPassword, Form()]
PostedProfile = Annotated[Profile, Form()]
PostedCode = Annotated[Code, Form()]
