import pytest

from ingest.normalise.dates import read_date


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2024", "2024", None),
        ("2024年", "2024", None),
        ("2024-03", "2024-03", None),
        ("2024年3月", "2024-03", None),
        ("2024年3月27日", "2024-03-27", None),
        ("2024.3.27", "2024-03-27", None),
        ("２０２４／０３／２７", "2024-03-27", None),
        ("二〇二四年三月二十七日", "2024-03-27", None),
        ("20240327", "2024-03-27", None),
        ("202403", "2024-03", None),
        ("44927", "2023-01-01", None),
        ("44927.5", "2023-01-01", None),
        ("2023-12-15 00:00:00", "2023-12-15", None),
        ("2023-12-15T08:30:00+08:00", "2023-12-15", None),
        ("25/12/2023", "2023-12-25", None),
        ("12/25/2023", "2023-12-25", None),
        ("2020-05-25至2020-09-30", "2020-05-25", "2020-09-30"),
        ("2020-05-25 10:00至2020-09-30 17:00", "2020-05-25", "2020-09-30"),
        ("2018—2020年", "2018", "2020"),
        ("2024年5月25日至30日", "2024-05-25", "2024-05-30"),
        ("2024-05-25至06-01", "2024-05-25", "2024-06-01"),
        ("2024年5月至7月", "2024-05", "2024-07"),
        ("2024年5月至今", "2024-05", None),
        ("有效期至2025-12-31", "2025-12-31", None),
        ("—", None, None),
        ("长期", None, None),
        ("", None, None),
    ],
)
def test_a_date_becomes_partial_iso(text, start, end):
    read = read_date(text)
    assert (read.start, read.end, read.reason) == (start, end, None)


@pytest.mark.parametrize(
    ("text", "kept", "said"),
    [
        ("2023年第一季度", "2023", "not an exact date; 2023 is kept"),
        ("2025年底", "2025", "2025 is kept"),
        ("03/04/2023", "2023", "only the year is kept"),
        ("2024-05-25至2024-06-31", "2024-05-25", "not a day of the calendar"),
        ("2024-02-30", None, "2024-02-30 is not a day of the calendar"),
        ("2024-13", None, "not a day of the calendar"),
        ("13/13/2023", None, "not a day of the calendar"),
        ("12-25(年份未载)", None, "has no year"),
        ("5月20日", None, "has no year"),
        ("9999年", None, "cannot be right"),
        ("2024-05-01~2024-04-01", None, "ends before it starts"),
        ("待定", None, "“待定” is not a date"),
    ],
)
def test_what_is_not_certain_is_reported(text, kept, said):
    read = read_date(text)
    assert read.start == kept
    assert said in read.reason.format(**read.values)
