"""A refusal carries a status and a sentence whose gaps are filled."""

import pytest

from app.core.errors import Conflict, Forbidden, Invalid, NotFound, Refusal


@pytest.mark.parametrize(
    ("kind", "status"),
    [(Refusal, 400), (Forbidden, 403), (NotFound, 404), (Conflict, 409), (Invalid, 422)],
)
def test_each_kind_of_refusal_has_its_status(kind: type[Refusal], status: int) -> None:
    refusal = kind("There is no {thing}.", thing="batch")
    assert refusal.status == status
    assert str(refusal) == "There is no batch."


def test_a_sentence_without_values_may_hold_braces() -> None:
    assert str(Refusal("{as it is}")) == "{as it is}"
