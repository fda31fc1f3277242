"""The fewest vendors that cover the parts, checked against every combination."""

from itertools import combinations
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.matching.choosing import EACH, MOST, Scored, choose
from app.matching.covering import Offer, cover, offers

made = st.lists(
    st.tuples(st.integers(1, 2**64), st.frozensets(st.integers(0, 4), min_size=1), st.floats(0, 1)),
    max_size=7,
    unique_by=lambda one: one[0],
)


@given(made)
def test_nothing_smaller_covers_and_nothing_as_small_scores_more(
    said: list[tuple[int, frozenset[int], float]],
) -> None:
    of = [Offer(UUID(int=number), parts, round(score, 6)) for number, parts, score in said]
    chosen, covered = cover(of, "2026-W48")
    assert covered == frozenset().union(*(offer.parts for offer in of))
    assert covered == frozenset().union(*(offer.parts for offer in chosen))
    every = [
        group
        for size in range(len(chosen) + 1)
        for group in combinations(of, size)
        if frozenset[int]().union(*(offer.parts for offer in group)) == covered
    ]
    assert min(len(group) for group in every) == len(chosen)
    best = max(sum(offer.score for offer in group) for group in every)
    assert abs(best - sum(offer.score for offer in chosen)) < 1e-5


def test_the_order_of_the_offers_changes_nothing_and_the_week_breaks_ties() -> None:
    of = [Offer(UUID(int=number), frozenset({0}), 0.5) for number in range(1, 9)]
    first = {cover(group, "2026-W48")[0][0].vendor_id for group in (of, of[::-1])}
    assert len(first) == 1
    weeks = {cover(of, f"2026-W{week}")[0][0].vendor_id for week in range(10, 40)}
    assert len(weeks) > 1


def test_a_vendor_offers_what_all_its_solutions_meet() -> None:
    vendor = UUID(int=1)
    (offer,) = offers([(vendor, [0], 0.3), (vendor, [1], 0.6)])
    assert offer == Offer(vendor, frozenset({0, 1}), 0.6)


def scored(number: int, score: float, *parts: int) -> Scored:
    return Scored(UUID(int=number), UUID(int=number), score, {}, frozenset(parts))


def test_a_part_with_many_answers_crowds_out_no_other() -> None:
    many = [scored(number, 1 - number / 100, 0) for number in range(1, MOST + 20)]
    few = [scored(1000 + number, 0.1 - number / 100, 1) for number in range(EACH + 3)]
    choice = choose([*many, *few], "2026-W48")
    assert len(choice.kept) == MOST
    assert list(choice.kept) == [*many[: MOST - EACH], *few[:EACH]]
    assert choice.covered == {0, 1}
    assert sorted(part for one in choice.cover for part in one["parts"]) == [0, 1]


def test_who_is_proposed_is_kept_with_the_solution_it_is_proposed_for() -> None:
    first = [scored(number, 0.5, 0) for number in range(1, MOST + 20)]
    second = [scored(1000 + number, 0.4, 1) for number in range(MOST)]
    both = scored(5000, 0.1, 0, 1)
    choice = choose([*first, *second, both], "2026-W48")
    (chosen,) = choice.cover
    assert chosen["solutions"] == [str(both.solution_id)]
    assert both in choice.kept


def test_nothing_found_covers_nothing() -> None:
    choice = choose([], "2026-W48")
    assert (choice.kept, choice.cover, choice.covered) == ([], [], frozenset())
