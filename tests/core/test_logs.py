"""Logs: one line an event, with the request id, in the format the operator chose."""

import json
import logging

import pytest
import structlog

from app.core.logs import configure_logging
from app.core.settings import Settings


def test_json_lines_carry_the_request_id_and_chinese_as_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging(Settings(log_format="json"))
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.get_logger("web").info("published", city="东莞")
    logging.getLogger("library").warning("from a library")
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert (first["event"], first["request_id"], first["city"]) == ("published", "r-1", "东莞")
    assert (second["event"], second["logger"], second["level"]) == (
        "from a library",
        "library",
        "warning",
    )


def test_the_console_shows_failures_without_what_people_typed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging(Settings(log_format="console"))
    log = structlog.get_logger("web")

    def fail(typed: str) -> None:
        log.debug("too small to be seen")
        raise ValueError("broken")

    try:
        fail("private" + " words")
    except ValueError:
        log.exception("request failed")
    shown = capsys.readouterr().err
    assert "ValueError: broken" in shown
    assert "private words" not in shown
    assert "too small" not in shown


def test_query_strings_are_not_logged_by_the_server_either() -> None:
    configure_logging(Settings())
    assert logging.getLogger("uvicorn.access").disabled
