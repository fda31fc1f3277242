"""The published file of a draw: written for everybody, read and repeated without the pool."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from app.core.errors import Invalid
from app.core.formats import format_moment
from app.core.i18n import _
from app.curation.oversight import drawing
from app.curation.oversight.drawing import Inputs
from app.curation.oversight.models import Draw

FORMAT, VERSION = "yuegonghui-draw", 1
MOST_BYTES = 50 * 1024 * 1024
Hash = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class _Vendor(_Strict):
    id: str
    name: str
    region: str
    city: str
    kind: str


class _Inspector(_Strict):
    id: str
    region: str


class _Inputs(BaseModel):
    """What the algorithm reads; the hash covers whatever else is said."""

    model_config = ConfigDict(strict=True)

    commitment: Hash
    public_source: str
    number: int
    percent: int
    vendors: list[_Vendor]
    inspectors: list[_Inspector]


class _File(_Strict):
    format: Literal["yuegonghui-draw"]
    version: Literal[1]
    id: str
    address: str
    prepared_at: str
    inputs: _Inputs
    inputs_hash: Hash
    secret: Hash | None
    value: str | None
    seed: Hash | None
    drawn_at: str | None
    outcome: dict[str, Any] | None
    dropped: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """The first thing that is not as it should be: where, what the file says, what is right."""

    where: str
    said: str
    right: str


def published(draw: Draw, address: str) -> dict[str, Any]:
    """All that anybody needs to repeat a draw; the secret only once it is drawn."""
    is_drawn = draw.seed is not None
    return {
        "format": FORMAT,
        "version": VERSION,
        "id": str(draw.id),
        "address": address,
        "prepared_at": format_moment(draw.prepared_at),
        "inputs": draw.inputs,
        "inputs_hash": draw.inputs_hash,
        "secret": draw.secret if is_drawn else None,
        "value": draw.value,
        "seed": draw.seed,
        "drawn_at": format_moment(draw.drawn_at) if is_drawn else None,
        "outcome": draw.outcome,
        "dropped": draw.reason,
    }


def read(content: bytes) -> dict[str, Any]:
    """The file as JSON in the expected form; raises `Invalid` saying what cannot be read."""
    try:
        said = json.loads(content, object_pairs_hook=_once, parse_constant=_no_constant)
        _File.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "file"
        raise Invalid("{where}: {reason}", where=where, reason=first["msg"]) from error
    except (ValueError, RecursionError) as error:
        raise Invalid("This is no JSON file: {reason}", reason=error) from error
    return cast(dict[str, Any], said)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A key that is there twice would be read differently by different programs."""
    said = dict(pairs)
    if len(said) != len(pairs):
        raise ValueError("a key is there twice")
    return said


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def differences(said: Mapping[str, Any], noted_hash: str = "") -> Iterator[Difference]:
    """Repeat the draw; yields where the file departs from it, the first cause first.

    `noted_hash` is what was published before the draw, as somebody wrote it down then.
    """
    inputs_hash = drawing.hash_of(said["inputs"])
    if noted_hash and noted_hash.lower() != inputs_hash:
        yield Difference(_("hash noted before the draw"), inputs_hash, noted_hash.lower())
    if said["inputs_hash"] != inputs_hash:
        yield Difference("inputs_hash", said["inputs_hash"], inputs_hash)
    yield from _repeated(said["inputs"])
    if said["seed"] is None:
        yield from _nothing_yet(said)
        return
    yield from _drawn(said, inputs_hash)


def _repeated(inputs: Mapping[str, Any]) -> Iterator[Difference]:
    """Nobody may stand in the list twice, or have two chances."""
    for name in ("vendors", "inspectors"):
        seen: set[str] = set()
        for place, one in enumerate(inputs[name]):
            if one["id"] in seen:
                yield Difference(f"inputs.{name}[{place}].id", one["id"], _("only once"))
            seen.add(one["id"])


def _nothing_yet(said: Mapping[str, Any]) -> Iterator[Difference]:
    for name in ("secret", "value", "drawn_at", "outcome"):
        if said[name] is not None:
            yield Difference(name, _plain(said[name]), "null")


def _drawn(said: Mapping[str, Any], inputs_hash: str) -> Iterator[Difference]:
    secret, inputs = said["secret"] or "", said["inputs"]
    commitment = drawing.digest(secret)
    if commitment != inputs["commitment"]:
        yield Difference("secret", commitment, inputs["commitment"])
    seed = drawing.seed_of(inputs_hash, secret, said["value"] or "")
    if seed != said["seed"]:
        yield Difference("seed", said["seed"], seed)
    outcome = drawing.draw(cast(Inputs, inputs), seed)
    yield from _compare("outcome", said["outcome"], outcome)


def _compare(where: str, said: Any, right: Any) -> Iterator[Difference]:
    if isinstance(said, dict) and isinstance(right, dict):
        for name in sorted(said.keys() | right.keys()):
            yield from _compare(f"{where}.{name}", said.get(name), right.get(name))
    elif isinstance(said, list) and isinstance(right, list):
        for place in range(max(len(said), len(right))):
            own = said[place] if place < len(said) else None
            other = right[place] if place < len(right) else None
            yield from _compare(f"{where}[{place}]", own, other)
    elif said != right:
        yield Difference(where, _plain(said), _plain(right))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
