"""The published file of a draw, and the command that repeats it."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from app.cli import main
from app.core.settings import get_settings
from app.curation.oversight import preparing
from app.curation.oversight.draw_file import differences, published, read
from app.curation.oversight.models import Draw
from tests.oversight_draws.pools import a_draw, a_publisher, a_vendor, a_wish, an_inspector
from tests.people import GUANGZHOU

Ran = tuple[int, str, str]


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs `pool …` where there is no database at all."""
    monkeypatch.setenv("POOL_LANGUAGE", "en")
    monkeypatch.setenv("POOL_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/nothing")
    get_settings.cache_clear()

    def run(*words: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["pool", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), printed.out, printed.err

    yield run
    get_settings.cache_clear()


@pytest.fixture
def drawn(db: Session) -> Draw:
    """Three of six vendors, drawn."""
    for n in range(6):
        a_vendor(db, f"东莞市第{n}软件有限公司")
    an_inspector(db, GUANGZHOU, "张检查")
    return a_draw(db, a_publisher(db), percent=50)


@pytest.fixture
def said(drawn: Draw) -> dict[str, Any]:
    """What is published of it."""
    return published(drawn, "https://pool.example/spot-checks/1")


def written(folder: Path, said: Any) -> str:
    path = folder / "draw.json"
    path.write_text(said if isinstance(said, str) else json.dumps(said, ensure_ascii=False))
    return str(path)


def test_a_published_draw_repeats(
    pool: Callable[..., Ran], said: dict[str, Any], tmp_path: Path
) -> None:
    assert "张检查" not in json.dumps(said, ensure_ascii=False)
    path = written(tmp_path, said)
    code, out, _err = pool("draw", "verify", path, "--hash", said["inputs_hash"].upper())
    assert (code, out.splitlines()[-2:]) == (
        0,
        ["3 vendors drawn of 6.", "The draw is as published."],
    )
    code, out, _err = pool("draw", "verify", path, "--json")
    assert (code, json.loads(out)["as_published"]) == (0, True)
    code, _out, err = pool("draw", "verify", path, "--hash", "0" * 64)
    assert (code, "noted before the draw" in err) == (1, True)


Change = Callable[[dict[str, Any]], Any]
CHANGES: dict[str, tuple[str, Change]] = {
    "a vendor's name": ("inputs_hash", lambda s: s["inputs"]["vendors"][0].update(name="乙")),
    "a vendor left out": ("inputs_hash", lambda s: s["inputs"]["vendors"].pop()),
    "an inspector's town": (
        "inputs_hash",
        lambda s: s["inputs"]["inspectors"][0].update(region="440000"),
    ),
    "a word beside": ("inputs_hash", lambda s: s["inputs"].update(title="Another")),
    "one byte of the seed": ("seed", lambda s: s.update(seed=flipped(s["seed"]))),
    "the secret": ("secret", lambda s: s.update(secret=flipped(s["secret"]))),
    "the value": ("seed", lambda s: s.update(value="another")),
    "who was drawn": (
        "outcome.checks[0].vendor",
        lambda s: s["outcome"]["checks"][0].update(vendor="v-1"),
    ),
    "who inspects": (
        "outcome.checks[1].inspector",
        lambda s: s["outcome"]["checks"][1].update(inspector=None),
    ),
    "one drawn less": ("outcome.checks[2]", lambda s: s["outcome"]["checks"].pop()),
    "a share": (
        "outcome.strata[0].drawn",
        lambda s: s["outcome"]["strata"][0].update(drawn=1),
    ),
}


def flipped(text: str) -> str:
    return text[:-1] + ("1" if text[-1] == "0" else "0")


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_was_tampered_with_is_found(change: str, said: dict[str, Any]) -> None:
    where, tamper = CHANGES[change]
    copy = json.loads(json.dumps(said))
    tamper(copy)
    assert next(differences(copy)).where == where


def test_whoever_stands_in_the_list_twice_is_found(said: dict[str, Any]) -> None:
    said = json.loads(json.dumps(said))
    said["inputs"]["vendors"].append(said["inputs"]["vendors"][0])
    assert "inputs.vendors[6].id" in [one.where for one in differences(said)]


def test_the_command_names_the_first_difference(
    pool: Callable[..., Ran], said: dict[str, Any], tmp_path: Path
) -> None:
    path = written(tmp_path, {**said, "value": "another"})
    code, out, err = pool("draw", "verify", path)
    assert (code, out) == (1, "")
    assert "The draw is not as published. seed:" in err


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"format": "x"}', '{"a": 1, "a": 2}', "[" * 100_000, '{"a": NaN}']
)
def test_an_unreadable_file_is_wrong_use(
    pool: Callable[..., Ran], text: str, tmp_path: Path
) -> None:
    code, out, err = pool("draw", "verify", written(tmp_path, text))
    assert (code, out) == (2, "")
    assert "cannot be read" in err


def test_a_file_that_is_not_there_is_wrong_use(pool: Callable[..., Ran], tmp_path: Path) -> None:
    assert pool("draw", "verify", str(tmp_path / "none.json"))[0] == 2


def test_a_list_that_waits_for_its_draw_can_be_checked_too(
    pool: Callable[..., Ran], db: Session, tmp_path: Path
) -> None:
    a_vendor(db, "东莞市甲乙软件有限公司")
    an_inspector(db)
    draw = preparing.prepare(db, a_wish(), by=a_publisher(db))
    text = json.dumps(published(draw, "https://pool.example/spot-checks/1"))
    assert draw.secret not in text
    assert read(text.encode())["seed"] is None
    code, out, _err = pool("draw", "verify", written(tmp_path, text))
    assert (code, "Nothing is drawn" in out) == (0, True)
