"""The algorithm of a draw: repeatable, proportional, nobody from the vendor's own town."""

import hashlib
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.curation.oversight import drawing
from app.curation.oversight.drawing import Inputs, InspectorInput, VendorInput

PLACES = ("", "440000", "441900", "441900003", "441900004", "440100", "440103", "440104", "110000")
SEED = drawing.digest("seed")


def a_vendor(n: int, region: str = "441900", kind: str = "service") -> VendorInput:
    city = drawing.city_of(region)
    return VendorInput(id=f"v-{n:03}", name=f"甲{n}", region=region, city=city, kind=kind)


def an_inspector(n: int, region: str = "440000") -> InspectorInput:
    return InspectorInput(id=f"i-{n}", region=region)


def inputs_of(vendors: list[VendorInput], inspectors: Any = (), **given: Any) -> Inputs:
    known: Any = {"commitment": drawing.digest("secret"), "public_source": "", "number": 0}
    known |= {"percent": 100, "vendors": vendors, "inspectors": list(inspectors)}
    return known | given  # type: ignore[no-any-return]


def test_the_same_inputs_and_seed_draw_the_same_in_whatever_order_they_are_listed() -> None:
    vendors = [a_vendor(n, PLACES[n % 9]) for n in range(40)]
    inspectors = [an_inspector(n, PLACES[n % 9]) for n in range(1, 9)]
    drawn = drawing.draw(inputs_of(vendors, inspectors, number=12), SEED)
    again = drawing.draw(inputs_of(vendors[::-1], inspectors[::-1], number=12), SEED)
    assert drawn == again
    assert drawn != drawing.draw(inputs_of(vendors, inspectors, number=12), SEED[:-1] + "0")


def test_the_order_is_what_the_description_says() -> None:
    """Written again from the words, so that neither can change alone."""
    inputs = inputs_of([a_vendor(n) for n in range(20)], [an_inspector(1)], number=5)

    def place(vendor: VendorInput) -> str:
        return hashlib.sha256(f"{SEED}:vendor:{vendor['id']}".encode()).hexdigest()

    wanted = [vendor["id"] for vendor in sorted(inputs["vendors"], key=place)[:5]]
    assert [one["vendor"] for one in drawing.draw(inputs, SEED)["checks"]] == wanted
    text = '{"a":["甲",1],"b":""}'
    assert drawing.hash_of({"b": "", "a": ["甲", 1]}) == hashlib.sha256(text.encode()).hexdigest()


def test_each_city_and_kind_gets_its_share_and_the_largest_remainders_what_is_left() -> None:
    vendors = [a_vendor(n, "441900") for n in range(50)]
    vendors += [a_vendor(50 + n, "440100") for n in range(31)]
    vendors += [a_vendor(90 + n, "440100", kind="platform") for n in range(19)]
    strata = drawing.strata_of(vendors, 0, 10)
    shares = [(one["city"], one["kind"], one["vendors"], one["drawn"]) for one in strata]
    assert shares == [
        ("440100", "platform", 19, 2),
        ("440100", "service", 31, 3),
        ("441900", "service", 50, 5),
    ]
    drawn = drawing.draw(inputs_of(vendors, percent=10), SEED)["checks"]
    kinds = {vendor["id"]: (vendor["city"], vendor["kind"]) for vendor in vendors}
    assert Counter(kinds[one["vendor"]] for one in drawn) == {
        ("440100", "platform"): 2,
        ("440100", "service"): 3,
        ("441900", "service"): 5,
    }


def test_the_load_is_balanced_and_who_has_nobody_from_elsewhere_is_told() -> None:
    vendors = [a_vendor(n) for n in range(9)]
    inspectors = [an_inspector(n, "440100") for n in range(3)] + [an_inspector(9, "441900004")]
    checks = drawing.draw(inputs_of(vendors, inspectors), SEED)["checks"]
    assert sorted(Counter(one["inspector"] for one in checks).values()) == [3, 3, 3]
    alone = drawing.draw(inputs_of(vendors[:1], [an_inspector(1, "441900")]), SEED)
    assert alone["checks"] == [{"vendor": "v-000", "inspector": None}]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(PLACES), min_size=1, max_size=30),
    st.lists(st.sampled_from(PLACES[1:]), max_size=6),
    st.integers(1, 40),
    st.text("0123456789abcdef", min_size=4, max_size=4),
)
def test_nobody_is_checked_from_their_own_town(
    places: list[str], homes: list[str], number: int, seed: str
) -> None:
    vendors = [a_vendor(n, place) for n, place in enumerate(places)]
    inspectors = [an_inspector(n, home) for n, home in enumerate(homes)]
    outcome = drawing.draw(inputs_of(vendors, inspectors, number=number), seed)
    assert len(outcome["checks"]) == min(number, len(places))
    assert len({one["vendor"] for one in outcome["checks"]}) == len(outcome["checks"])
    region = {v["id"]: v["region"] for v in vendors} | {i["id"]: i["region"] for i in inspectors}
    for one in outcome["checks"]:
        if one["inspector"]:
            home, place = region[one["inspector"]], region[one["vendor"]]
            assert _are_apart(home, place)


def _are_apart(home: str, place: str) -> bool:
    """Nobody's town, another city, or two counties or towns that are not one inside the other."""
    if home.endswith("0000"):
        return True
    if not place or place.endswith("0000"):
        return place[:2] not in ("", home[:2])
    if home[:4] != place[:4]:
        return True
    is_exact = not home.endswith("00") and not place.endswith("00")
    return is_exact and not home.startswith(place) and not place.startswith(home)
