"""The rules of the house that no linter knows."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from app.core.access import undeclared
from app.core.settings import Settings

ROOT = Path(__file__).parent.parent
PACKAGES = ("app", "search", "ingest", ".ci")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LONGEST_MODULE = 300
LONGEST_TEMPLATE = 180


def test_every_route_names_a_permission_or_is_declared_public() -> None:
    from app.main import create_app  # noqa: PLC0415  imports every feature

    assert undeclared(create_app()) == []


def test_every_setting_is_explained_in_the_example_file() -> None:
    example = (ROOT / ".env.example").read_text()
    missing = [n for n in Settings.model_fields if f"POOL_{n.upper()}=" not in example]
    assert missing == []


def test_only_the_core_commits() -> None:
    offenders = [
        str(path.relative_to(ROOT))
        for path in MODULES
        if path.parts[len(ROOT.parts)] != "search"  # a library with caches of its own
        and "core" not in path.parts
        and re.search(r"\.commit\(", path.read_text())
    ]
    assert offenders == []


def test_a_flush_says_why() -> None:
    silent = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in MODULES
        if path.is_relative_to(ROOT / "app") or path.is_relative_to(ROOT / "ingest")
        for line in path.read_text().splitlines()
        if re.search(r"\bdb\.flush\(\)\s*$", line)
    ]
    assert silent == []


def test_modules_and_templates_stay_short() -> None:
    long = [
        str(p.relative_to(ROOT))
        for p in MODULES
        if _lines(p) > LONGEST_MODULE and "versions" not in p.parts
    ]
    long += [
        str(p.relative_to(ROOT))
        for p in (ROOT / "templates").rglob("*.html")
        if _lines(p) > LONGEST_TEMPLATE
    ]
    assert long == []


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_every_module_says_what_lives_in_it() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in MODULES
        if (text := path.read_text().strip())
        and "versions" not in path.parts
        and not text.startswith('"""')
    ]
    assert silent == []


def test_every_dependency_is_justified_in_the_readme() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    named = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = [re.split(r"[\[<>=~! ]", line)[0] for line in named]
    readme = (ROOT / "README.md").read_text()
    assert [name for name in names if f"`{name}`" not in readme] == []


@pytest.mark.parametrize("locale", ["zh_Hans"])
def test_every_sentence_is_translated(locale: str) -> None:
    path = ROOT / "app" / "locale" / locale / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=locale)
    untranslated = [m.id for m in catalogue if m.id and (not m.string or m.fuzzy)]
    assert untranslated == []


def test_the_catalogue_holds_every_sentence_of_the_code(tmp_path: Path) -> None:
    keywords = re.search(r"^KEYWORDS := (.*)$", (ROOT / "Makefile").read_text(), re.M)
    assert keywords
    collected = tmp_path / "messages.pot"
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract"]
    options = ["-F", "pyproject.toml", *keywords[1].split(), "-o", str(collected), "."]
    subprocess.run([*command, *options], cwd=ROOT, check=True)
    with collected.open("rb") as file:
        said = {m.id for m in read_po(file) if m.id}
    path = ROOT / "app" / "locale" / "zh_Hans" / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        known = {m.id for m in read_po(file, locale="zh_Hans") if m.id}
    assert said - known == set(), "run `make messages` and translate what is new"


def test_translations_keep_the_placeholders() -> None:
    path = ROOT / "app" / "locale" / "zh_Hans" / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale="zh_Hans")
    broken = [
        message.id
        for message in catalogue
        if isinstance(message.id, str)
        and message.id
        and set(re.findall(r"\{(\w+)\}", message.id))
        != set(re.findall(r"\{(\w+)\}", str(message.string)))
    ]
    assert broken == []
