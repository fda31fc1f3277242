"""What a request may say: the stand-in is as strict as the types of the official client.

Parameters that the current client no longer knows are refused by name, and so are values that a
list of words does not hold, though the client's types leave those open.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

from stripe import RequestOptions
from stripe._stripe_object import UntypedStripeObject

OPTIONS = frozenset(RequestOptions.__annotations__)  # belong to the call, never into its body
GONE = {  # refused with the code that Stripe gives since 2026-09-30
    "payment_method_types": "payment_method_types_no_longer_supported",
}


class Unknown(Exception):
    """A parameter that there is not, or that cannot mean this."""

    def __init__(self, path: str, said: str, code: str = "") -> None:
        super().__init__(said)
        self.path = path
        self.code = code or GONE.get(path.partition("[")[0], "parameter_invalid")


def unfold(encoded: str) -> dict[str, Any]:
    """A body like `items[0][price]=5` as nested dicts, lists being dicts by number."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        *outer, last = name.replace("]", "").split("[")
        place = found
        for step in outer:
            place = place.setdefault(step, {})
        place[last] = value
    return found


def checked(form: type, said: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with their types; raises `Unknown` for what the form does not have."""
    return _record(form, said, "")


@cache
def _fields(form: type) -> dict[str, Any]:
    # Without the options of a call, which name types that the client gives to checkers alone.
    own = {name: hint for name, hint in form.__annotations__.items() if name not in OPTIONS}
    said = {"__annotations__": own, "__module__": form.__module__}
    return get_type_hints(type(form.__name__, (), said))


def _record(form: type, said: Any, path: str) -> dict[str, Any]:
    fields = _fields(form)
    if not isinstance(said, Mapping):
        raise Unknown(path, f"Invalid object: {path}")
    for name in said:
        if name not in fields:
            raise Unknown(_inside(path, name), f"Received unknown parameter: {_inside(path, name)}")
    needed: frozenset[str] = getattr(form, "__required_keys__", frozenset())
    required = needed & fields.keys()
    for name in sorted(required - said.keys()):
        raise Unknown(_inside(path, name), f"Missing required param: {_inside(path, name)}.")
    return {name: _value(fields[name], said[name], _inside(path, name)) for name in said}


def _inside(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


def _value(hint: Any, said: Any, path: str) -> Any:
    if hasattr(hint, "__required_keys__"):  # a TypedDict, of whichever module
        return _record(hint, said, path)
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _one_of(get_args(hint), said, path)
    if origin is list and isinstance(said, Mapping):
        (kind,) = get_args(hint)
        return [_value(kind, said[key], f"{path}[{key}]") for key in sorted(said, key=int)]
    if origin is dict and isinstance(said, Mapping):
        return {str(key): str(value) for key, value in said.items()}
    if origin is Literal and said in get_args(hint):
        return said
    if hint in _PLAIN and isinstance(said, str):
        return _plain(hint, said, path)
    raise Unknown(path, f"Invalid value for {path}: {said!r}")


def _one_of(kinds: tuple[Any, ...], said: Any, path: str) -> Any:
    is_closed = any(get_origin(kind) is Literal for kind in kinds)
    for kind in kinds:
        if get_origin(kind) is UntypedStripeObject or (kind is str and is_closed):
            continue  # the first is only another way to say it; the second would let all pass
        try:
            return _value(kind, said, path)
        except Unknown as unknown:
            if unknown.path != path:
                raise
    raise Unknown(path, f"Invalid value for {path}: {said!r}")


_PLAIN: dict[Any, Any] = {
    str: str,
    int: int,
    Decimal: Decimal,
    bool: {"true": True, "false": False}.__getitem__,
}


def _plain(hint: Any, said: str, path: str) -> Any:
    try:
        return _PLAIN[hint](said)
    except (ValueError, KeyError, ArithmeticError) as error:
        raise Unknown(path, f"Invalid {hint.__name__}: {said}") from error
