"""The container files as data: read by their test and by the smoke walk."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
COMPOSE = "docker-compose.yml"
CLUSTER = "docker-compose.cluster.yml"
OUTSIDE = "docker-compose.outside.yml"
_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}|\$\$")


def read_compose(name: str = COMPOSE, root: Path = ROOT) -> dict[str, Any]:
    """One compose file, anchors resolved, variables as they stand."""
    read: dict[str, Any] = yaml.safe_load((root / name).read_text(encoding="utf-8"))
    return read


def fill_in(value: str, given: Mapping[str, str]) -> str:
    """`${NAME:-default}` as compose does it: an empty value counts as none; `$$` is one `$`."""

    def replace(found: re.Match[str]) -> str:
        return (given.get(found[1]) or found[2] or "") if found[1] else "$"

    return _VARIABLE.sub(replace, value)


def variables(value: str) -> set[str]:
    """The names that `fill_in` would look up."""
    return {found[1] for found in _VARIABLE.finditer(value) if found[1]}


def read_dockerfile(root: Path = ROOT) -> list[tuple[str, str]]:
    """Instructions with their arguments, comments left out and continued lines joined."""
    text = (root / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    pairs = (line.split(maxsplit=1) for line in joined.splitlines() if line.strip())
    return [(name, rest) for name, rest in pairs]


def image_environment(root: Path = ROOT) -> dict[str, str]:
    """What the last stage of the Dockerfile sets."""
    instructions = read_dockerfile(root)
    last = max(place for place, (name, _) in enumerate(instructions) if name == "FROM")
    said = " ".join(rest for name, rest in instructions[last:] if name == "ENV")
    return dict(part.split("=", 1) for part in said.split())
