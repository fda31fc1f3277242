import pytest
from stdnum.cn import uscc

from ingest.normalise.codes import is_credit_code, organisation_check_digit, read_credit_code

VALID = "91110000600037341L"  # published by the tax administration as an example


def _with_check_digit(body: str) -> str:
    return body + uscc.calc_check_digit(body)


def _code(start: str, organisation: str) -> str:
    return _with_check_digit(start + organisation + organisation_check_digit(organisation))


def _with_zeros_that_check() -> str:
    """A code that lost its last digits and whose check digit is right by chance."""
    bodies = (f"91440300{n:07d}00" for n in range(1, 999))
    return next(code for body in bodies if (code := _with_check_digit(body)).endswith("000"))


@pytest.mark.parametrize(
    ("text", "repairs"),
    [
        (VALID, ()),
        ("９１１１００００６０００３７３４１Ｌ", ("Full-width characters were replaced.",)),
        ("9111 0000-6000 3734 1L", ("Spaces or dashes were removed.",)),
        (VALID.lower(), ("Small letters were made capital.",)),
        (f"统一社会信用代码：{VALID}", ()),
        (f"'{VALID}", ()),
        (f"{VALID}.0", ()),
    ],
)
def test_a_code_is_mended_where_nothing_is_lost(text, repairs):
    read = read_credit_code(text)
    assert (read.code, read.repairs, read.reason) == (VALID, repairs, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("9111000060003734", "16 characters instead of 18"),
        ("911100006000373", "old registration number"),
        ("9.11100006E+17", "spreadsheet turned the code into the number 9.11100006E+17"),
        ("911100006000373000", "spreadsheet replaced the last three characters"),
        ("91110000600037341I", "“I” at place 18 is never used"),
        ("9111000060003734#L", "“#” at place 17"),
        ("91110000600037341M", "check digit is M, but L would be right"),
        (_code("91990000", "60003734"), "region 990000 inside the code does not exist"),
        (_code("9144ABCD", "60003734"), "region 44ABCD inside the code does not exist"),
        ("Z1440000600037341L", "“Z” at place 1"),
        (_code("94440000", "60003734"), "starts with 94"),
        (_with_zeros_that_check(), "spreadsheet replaced the last three characters"),
    ],
)
def test_a_wrong_code_says_why(text, said):
    read = read_credit_code(text)
    assert read.code is None
    assert said in read.reason.format(**read.values)


def test_a_misread_letter_suggests_the_code_that_was_meant():
    read = read_credit_code(VALID.replace("0000", "0O00", 1))
    assert read.values["suggestion"] == VALID
    assert VALID in read.reason.format(**read.values)


@pytest.mark.parametrize("start", ["N2440100", "A1110000", "Y1440300", "12440000", "91100000"])
def test_letters_of_the_amendment_and_national_registers_are_accepted(start):
    code = _code(start, "MB2D0123")
    assert read_credit_code(code).code == code
    assert is_credit_code(code)


def test_the_check_digit_of_the_whole_code_decides():
    code = _with_check_digit("91440300600037342")
    assert organisation_check_digit(code[8:16]) != code[16]
    assert read_credit_code(code).code == code


def test_an_empty_cell_is_no_fault():
    assert read_credit_code(" — ") == read_credit_code("")
    assert read_credit_code("").reason is None


def test_the_organisation_check_digit_has_its_two_special_cases():
    digits = {organisation_check_digit(f"{n:08d}") for n in range(200)}
    assert {"X", "0"} <= digits
