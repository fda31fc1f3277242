"""China's working days: what the package knows, what staff add, what is assumed."""

from datetime import date

from app.core.settings import Settings
from app.curation.working_days import (
    add_working_days,
    is_working_day,
    next_working_day,
    working_days_between,
)


def test_the_spring_festival_is_free_and_the_saturday_for_it_is_worked() -> None:
    assert not is_working_day(date(2026, 2, 17))
    assert is_working_day(date(2026, 2, 14))
    assert next_working_day(date(2026, 2, 14)) == date(2026, 2, 24)
    assert add_working_days(date(2026, 2, 13), 2) == date(2026, 2, 24)
    assert working_days_between(date(2026, 2, 13), date(2026, 2, 24)) == 2


def test_in_a_year_not_announced_weekends_and_fixed_holidays_are_free() -> None:
    assert not is_working_day(date(2041, 1, 1))
    assert not is_working_day(date(2041, 3, 2))
    assert is_working_day(date(2041, 3, 4))


def test_what_staff_write_into_the_file_outdoes_the_rest(own_database: Settings) -> None:
    path = own_database.home / "holidays.csv"
    path.write_text("day,name,works\n2041-03-04,Test,no\n2041-03-02,Test,yes\n", "utf-8")
    assert not is_working_day(date(2041, 3, 4))
    assert is_working_day(date(2041, 3, 2))
    assert next_working_day(date(2041, 3, 3)) == date(2041, 3, 5)
