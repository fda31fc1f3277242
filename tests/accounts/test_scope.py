"""Where staff see and decide: inside their region, and nowhere else."""

import pytest
from sqlmodel import Session, col, select

from app.accounts.scope import Scope
from app.catalogue.models import Organisation
from tests.people import an_organisation

TOWN, COUNTY, CITY, PROVINCE = "441900119", "440106", "440100", "440000"


@pytest.mark.parametrize(
    ("region", "place", "is_inside"),
    [
        (PROVINCE, CITY, True),
        (PROVINCE, TOWN, True),
        (PROVINCE, None, True),
        (PROVINCE, "430100", True),  # registered elsewhere, and in the pool all the same
        ("430000", CITY, False),
        ("430000", None, False),
        (CITY, COUNTY, True),
        (CITY, PROVINCE, False),
        (CITY, "440300", False),
        (CITY, None, False),
        (COUNTY, COUNTY, True),
        (COUNTY, CITY, False),
        ("441900", TOWN, True),
        (TOWN, "441900", False),
        (TOWN, TOWN, True),
        ("", CITY, False),
        ("", None, False),
    ],
)
def test_a_place_is_inside_or_not_in_code_and_in_queries_alike(
    db: Session,
    region: str,
    place: str | None,
    is_inside: bool,  # noqa: FBT001
) -> None:
    made = an_organisation(db, region=place)
    scope = Scope(region)
    assert scope.covers(place) is is_inside
    found = db.exec(select(Organisation).where(scope.inside(Organisation.region))).all()
    assert (made in found) is is_inside
    assert col(Organisation.region) is not None
