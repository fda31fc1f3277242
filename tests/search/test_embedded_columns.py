"""The columns that the embedded engine keeps in memory."""

import numpy as np
import pytest

from search.embedded.columns import Facet, kth_largest


def test_a_facet_that_comes_late_leaves_earlier_rows_without_codes() -> None:
    facet = Facet()
    facet.extend(2, [("a", "b"), ()])
    facet.extend(4, [("b", "b")])
    view = facet.view()

    rows = np.arange(5)
    assert view.codes_of(rows) == [(), (), ("a", "b"), (), ("b",)]
    assert view.counts(rows) == {"a": 1, "b": 2}
    assert view.having(["a", "never"]).tolist() == [False, False, True, False, False]


def test_a_view_of_a_facet_stays_as_it_was() -> None:
    facet = Facet()
    facet.extend(0, [("a",)])
    before = facet.view()
    facet.extend(1, [("a", "c")])

    assert before.counts(np.arange(1)) == {"a": 1}
    assert before.having(["a", "c"]).tolist() == [True]


@pytest.mark.parametrize("size", [50, 399, 400, 401, 5000])
@pytest.mark.parametrize("different", [3, 10_000])
def test_the_kth_largest_is_that_of_sorted_values(size: int, different: int) -> None:
    values = np.random.default_rng(size).integers(different, size=size).astype(np.float32)

    assert kth_largest(values, 50) == np.sort(values)[-50]
