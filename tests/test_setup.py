"""Set-up does each step once, again when its inputs change, and says why it stopped."""

import os
import sys
from pathlib import Path

import pytest

from app.setup.__main__ import main, prepare
from app.setup.runner import CommandFailed, Runner, bar, counted, told
from app.setup.steps import Plan, Step, setting


def a_step(folder: Path, *inputs: str) -> Step:
    def work(run: Runner) -> None:
        code = f"open({str(folder / 'made')!r}, 'a').write('x')"
        run(sys.executable, "-c", code)

    return Step("A step", folder / "stamp", inputs, (folder / "made",), work)


@pytest.fixture
def run(tmp_path: Path) -> Runner:
    return Runner(tmp_path, tmp_path / "setup.log")


def test_a_step_is_done_until_its_inputs_change(tmp_path: Path, run: Runner) -> None:
    step = a_step(tmp_path, "one")
    assert not step.is_done
    step.do(run)
    assert step.is_done
    assert not a_step(tmp_path, "two").is_done


def test_a_step_is_due_again_when_what_it_made_is_gone(tmp_path: Path, run: Runner) -> None:
    step = a_step(tmp_path, "one")
    step.do(run)
    (tmp_path / "made").unlink()
    assert not step.is_done


def test_a_step_that_fails_leaves_no_stamp(tmp_path: Path, run: Runner) -> None:
    good = a_step(tmp_path, "one")
    good.do(run)
    bad = Step("Bad", good.stamp, ("two",), (), lambda run: run(sys.executable, "-c", "exit(1)"))
    with pytest.raises(CommandFailed):
        bad.do(run)
    assert not bad.stamp.exists()


def test_a_failure_shows_the_last_words_without_the_noise(run: Runner) -> None:
    code = "print(\"Location 'x' is ignored\"); print('the disk is full'); exit(3)"
    with pytest.raises(CommandFailed, match="the disk is full") as failure:
        run(sys.executable, "-c", code)
    assert "ignored" not in str(failure.value)
    assert "ignored" in run.log.read_text()


def test_output_that_is_no_terminal_gets_one_line_a_step(
    run: Runner, capsys: pytest.CaptureFixture[str]
) -> None:
    run.start("Packages")
    run(sys.executable, "-c", "print('Progress 1 of 2')", progress=told)
    run.show(1.0, done=True)
    assert capsys.readouterr().out.count("\n") == 1


def test_a_terminal_sees_the_bar_move(
    run: Runner, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    run.start("Packages")
    run(sys.executable, "-c", "print('Progress 1 of 2')", progress=told)
    shown = capsys.readouterr().out
    assert "…" in shown
    assert bar(0.5) in shown


def test_progress_is_counted_or_told() -> None:
    count = counted("Collecting ", 4)
    assert [count("Collecting a"), count("other"), count("Collecting b")] == [0.25, 0.25, 0.5]
    assert counted("x", 0)("x") is None
    assert told("folder: 2/3 writing the model") == pytest.approx(2 / 3)
    assert told("Progress 5 of 0") == 5
    assert told("nothing") is None


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POOL_HOME", raising=False)
    assert setting(tmp_path, "POOL_HOME") == ""
    (tmp_path / ".env").write_text("# a comment = 1\n\nPOOL_HOME='data'\n")
    assert setting(tmp_path, "POOL_HOME") == "data"
    monkeypatch.setenv("POOL_HOME", "elsewhere")
    assert setting(tmp_path, "POOL_HOME") == "elsewhere"


def test_the_offline_model_is_made_only_when_no_other_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = Path(__file__).parents[1]
    monkeypatch.delenv("POOL_EMBEDDING_MODEL", raising=False)
    monkeypatch.setattr("app.setup.steps.setting", lambda *_: os.environ.get("NAMED", ""))
    labels = [step.label for step in Plan(root, tmp_path).steps(dev=False)]
    assert labels[-1] == "The offline model"
    assert "Development tools" not in labels
    monkeypatch.setenv("NAMED", "some/model")
    labels = [step.label for step in Plan(root, tmp_path).steps(dev=True)]
    assert "Development tools" in labels
    assert "The offline model" not in labels


def a_checkout(root: Path) -> Path:
    """A project as small as set-up accepts, whose Python only notes what it is asked to do."""
    for folder in ("app/locale/xx/LC_MESSAGES", "search", ".venv/bin"):
        (root / folder).mkdir(parents=True)
    (root / "app/locale/xx/LC_MESSAGES/messages.po").write_text("")
    (root / "search/offline_model.py").write_text("")
    (root / "pyproject.toml").write_text("")
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (root / lock).write_text("one==1\n")
    for name in ("python", "pool"):
        program = root / ".venv/bin" / name
        program.write_text(f"#!/bin/sh\n{ACTS}\n")
        program.chmod(0o755)
    return root


ACTS = """echo "$@" >> calls
for a in "$@"; do [ "$b" = --target ] && t=$a; b=$a; done
s=$t/django_htmx/static/django_htmx
[ -n "$t" ] && mkdir -p $s $t/mplfonts/fonts && touch $s/htmx-4.min.js
[ -n "$t" ] && touch $t/mplfonts/fonts/NotoSansCJKsc-Regular.otf
[ "$1" = -c ] && touch app/locale/xx/LC_MESSAGES/messages.mo
[ "$2" = search.offline_model ] && mkdir -p $3
true"""


def test_a_second_set_up_has_nothing_left_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("POOL_EMBEDDING_MODEL", raising=False)
    root, home = a_checkout(tmp_path), tmp_path / "var"
    kept = Plan(root, home).environment()
    kept.stamp.write_text(kept.digest)  # the stand-in for Python must not be replaced
    prepare(root, home, dev=True)
    assert (root / "app/static/vendor/htmx-4.min.js").exists()
    calls = (root / "calls").read_text()
    assert "--require-hashes --no-deps --progress-bar=off -r requirements-dev.lock" in calls
    capsys.readouterr()
    prepare(root, home, dev=True)
    assert capsys.readouterr().out == ""
    assert (root / "calls").read_text() == calls


def test_a_new_environment_replaces_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[tuple[str, ...]] = []
    step = Plan(tmp_path, tmp_path).environment()
    step.work(lambda *command: commands.append(command))  # type: ignore[arg-type]
    assert commands == [(sys.executable, "-m", "venv", "--clear", str(tmp_path / ".venv"))]


def test_a_failed_set_up_ends_with_one_and_names_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise CommandFailed("no space left")

    monkeypatch.setenv("POOL_HOME", str(tmp_path))
    monkeypatch.setattr("app.setup.__main__.prepare", fail)
    assert main([]) == 1
    said = capsys.readouterr().out
    assert "no space left" in said
    assert str(tmp_path / "setup.log") in said
    monkeypatch.setattr("app.setup.__main__.prepare", lambda *_, **__: None)
    assert main(["dev"]) == 0
