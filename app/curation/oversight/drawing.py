"""The double-random draw: who is checked and by whom, repeatable by anybody. Pure.

Only the standard library is used and nothing depends on Python, so that anybody can write the
same again. All text is UTF-8, hashes are SHA-256 in lower-case hexadecimal, numbers are whole.

1. The inputs are one JSON object (`Inputs`) with the vendors that may be drawn, the inspectors
   that may check, and how many to draw. Their hash is that of their canonical form: keys
   sorted, no spaces, characters as they are (not escaped). Inputs and hash are published before
   anybody can know the seed.
2. `commitment` in the inputs is the hash of a secret: 64 hexadecimal characters that are told
   when the draw is made. So the secret was fixed with the list.
3. The seed is the hash of `INPUTS_HASH:SECRET:VALUE`. The value did not exist when the inputs
   were published: it is what `public_source` in the inputs announced (a lottery, an index), or
   where that is empty, fresh randomness.
4. To be drawn are `number` vendors, or where that is 0, `percent` of 100 of them, rounded up; at
   least one and at most all.
5. Each pair of city and kind is a stratum. Its share is (to be drawn × its vendors / all
   vendors), rounded down; what is left goes, one each, to the strata with the largest
   remainders, among equal ones to that with more vendors, then by city, then by kind.
6. The place of a vendor or an inspector is the hash of `SEED:ROLE:ID`, where ROLE is `vendor` or
   `inspector`. From each stratum the vendors with the smallest hashes are drawn, as many as its
   share says. All that are drawn then stand in the order of their hashes.
7. In that order each gets the inspector who is from elsewhere and has the fewest vendors so far;
   among equal ones, the one with the smallest hash. Without any, the inspector is null.
8. A place is known as far as its code tells: 440000 a province (44), 441900 a city (4419), 441303
   a county, 441900003 a town. An inspector of a whole province is from elsewhere for everybody.
   Any other is from elsewhere unless one of the two places begins with the other: then they are
   the same, or not known well enough to tell them apart. A vendor whose place is not known
   ("") can be anywhere.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict

PROVINCE = 2  # digits that tell one
CITY = 4


class VendorInput(TypedDict):
    """A vendor that may be drawn; city and kind are "" where they are not known."""

    id: str
    name: str
    region: str
    city: str
    kind: str


class InspectorInput(TypedDict):
    """An inspector under a code that means nothing outside of this draw."""

    id: str
    region: str


class Inputs(TypedDict):
    """What a draw starts from; there may be more in it, which the hash covers as well."""

    commitment: str
    public_source: str
    number: int
    percent: int
    vendors: list[VendorInput]
    inspectors: list[InspectorInput]


class Stratum(TypedDict):
    """The vendors of one city and kind: how many there are and how many are drawn."""

    city: str
    kind: str
    vendors: int
    drawn: int


class Assigned(TypedDict):
    """A vendor that was drawn, and who checks it; None where nobody from elsewhere is there."""

    vendor: str
    inspector: str | None


class Outcome(TypedDict):
    """What a draw came to."""

    strata: list[Stratum]
    checks: list[Assigned]


def canonical(value: Any) -> bytes:
    """The one form of a JSON value that is hashed."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def digest(content: bytes | str) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def hash_of(inputs: Mapping[str, Any] | Inputs) -> str:
    """The hash that is published before the draw."""
    return digest(canonical(inputs))


def seed_of(inputs_hash: str, secret: str, value: str) -> str:
    """The seed, from what was fixed before and what came after."""
    return digest(f"{inputs_hash}:{secret}:{value}")


def size_of(number: int, percent: int, vendors: int) -> int:
    """How many vendors are drawn."""
    wanted = number or -(-vendors * percent // 100)
    return min(vendors, max(1, wanted))


def strata_of(vendors: Iterable[VendorInput], number: int, percent: int) -> list[Stratum]:
    """The strata by city and kind, each with its share; the same for every seed."""
    counts = Counter((vendor["city"], vendor["kind"]) for vendor in vendors)
    total = counts.total()
    size = size_of(number, percent, total)
    shares = {key: size * count // total for key, count in counts.items()}
    left = size - sum(shares.values())
    remainders = {key: size * count % total for key, count in counts.items()}
    by_remainder = sorted(counts, key=lambda key: (-remainders[key], -counts[key], key))
    for key in by_remainder[:left]:
        shares[key] += 1
    return [
        Stratum(city=city, kind=kind, vendors=counts[city, kind], drawn=shares[city, kind])
        for city, kind in sorted(counts)
    ]


def draw(inputs: Inputs, seed: str) -> Outcome:
    """Who is checked and by whom; always the same for the same inputs and seed."""
    vendors, number, percent = inputs["vendors"], inputs["number"], inputs["percent"]
    strata = strata_of(vendors, number, percent)
    drawn: list[VendorInput] = []
    for stratum in strata:
        own = [v for v in vendors if (v["city"], v["kind"]) == (stratum["city"], stratum["kind"])]
        drawn += sorted(own, key=lambda v: _place(seed, "vendor", v["id"]))[: stratum["drawn"]]
    drawn.sort(key=lambda v: _place(seed, "vendor", v["id"]))
    return Outcome(strata=strata, checks=_assign(drawn, inputs["inspectors"], seed))


def _assign(
    drawn: Iterable[VendorInput], inspectors: Iterable[InspectorInput], seed: str
) -> list[Assigned]:
    ordered = in_order(inspectors, seed)
    load: Counter[str] = Counter()
    checks = []
    for vendor in drawn:
        eligible = [one["id"] for one in ordered if is_from_elsewhere(one, vendor)]
        chosen = min(eligible, key=lambda code: load[code], default=None)  # the first of equals
        if chosen is not None:
            load[chosen] += 1
        checks.append(Assigned(vendor=vendor["id"], inspector=chosen))
    return checks


def in_order(inspectors: Iterable[InspectorInput], seed: str) -> list[InspectorInput]:
    """Inspectors in the order that the seed gives them."""
    return sorted(inspectors, key=lambda one: _place(seed, "inspector", one["id"]))


def _place(seed: str, role: str, identifier: str) -> tuple[str, str]:
    return digest(f"{seed}:{role}:{identifier}"), identifier


def is_from_elsewhere(inspector: InspectorInput, vendor: VendorInput) -> bool:
    """Whether an inspector is surely not of the vendor's own town."""
    own, other = known(inspector["region"]), known(vendor["region"])
    if len(own) <= PROVINCE:
        return bool(own)
    return not (own.startswith(other) or other.startswith(own))


def without_inspector(
    vendors: Iterable[VendorInput], inspectors: Sequence[InspectorInput]
) -> list[VendorInput]:
    """The vendors that nobody from elsewhere could check, whatever the seed."""
    return [v for v in vendors if not any(is_from_elsewhere(one, v) for one in inspectors)]


def known(region: str) -> str:
    """The part of a region's code that says something: 440000 is 44, 441900 is 4419."""
    if len(region) == 6 and region.endswith("00"):
        return region[:PROVINCE] if region[PROVINCE:CITY] == "00" else region[:CITY]
    return region


def city_of(region: str) -> str:
    """The code of the city that a place lies in; empty where only the province is known."""
    place = known(region)
    return place[:CITY].ljust(6, "0") if len(place) >= CITY else ""
