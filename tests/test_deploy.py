"""The container files name only what the application has, and contain what they start."""

import json
import re
import stat
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from app.cli import app as pool
from app.core.security import MOST_UPLOADED
from app.core.settings import PREFIX, SECRETS, Settings, variable
from deploy.make_secrets import main as make_secrets
from tests.deployment import (
    CLUSTER,
    COMPOSE,
    OUTSIDE,
    ROOT,
    image_environment,
    read_compose,
    read_dockerfile,
    variables,
)

Compose = dict[str, Any]
OURS = {"app", "worker", "migrate"}
ONE_SHOT = {"migrate", "elasticsearch-setup"}
# Why a service may be what the others may not.
ROOT_REASONS = {"elasticsearch-setup": "fresh volumes belong to root; it ends after seconds"}
CAPABILITY_REASONS = {"proxy": "its program carries the capability in its file"}
KNOWN = {variable(field) for field in Settings.model_fields} | {SECRETS}
OTHERS = {  # variables of other programs, by the start of their names
    "POSTGRES_",
    "MP_",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "PATH",
    "HF_HOME",
    "FORWARDED_ALLOW_IPS",
    "PYTHON",
    "PIP_",
    "node.",
    "discovery.",
    "cluster.",
}


def merged(base: Compose, over: Compose) -> Compose:
    """Both files as compose merges them, as far as ours need it."""
    both: Compose = json.loads(json.dumps(base))
    for name, service in over["services"].items():
        if "extends" in service:
            both["services"][name] = json.loads(json.dumps(base["services"]["elasticsearch"]))
        mine = both["services"][name]
        mine["environment"] |= service.get("environment", {})
        for part in ("networks", "secrets"):
            mine[part] = [*mine.get(part, []), *service.get(part, [])]
        given = {_target(volume): volume for volume in mine["volumes"]}
        given |= {_target(volume): volume for volume in service.get("volumes", [])}
        mine["volumes"] = list(given.values())
    for part in ("volumes", "secrets", "networks"):
        both[part] |= over.get(part, {})
    return both


def _target(volume: str) -> str:
    return volume.split(":")[1]


def faults(compose: Compose) -> list[str]:
    """Everything that is wrong with a compose file, in words."""
    return [f"{rule.__name__}: {fault}" for rule in RULES for fault in rule(compose)]


def _services(compose: Compose) -> Iterator[tuple[str, Compose]]:
    yield from compose["services"].items()


def unknown_variables(compose: Compose) -> Iterator[str]:
    """A variable that neither the application nor a program beside it reads."""
    for name, service in _services(compose):
        for key, value in service.get("environment", {}).items():
            if key not in KNOWN and (key.startswith(PREFIX) or not key.startswith(tuple(OTHERS))):
                yield f"{name}: {key}"
            yield from (f"{name}: ${{{asked}}}" for asked in variables(value) - KNOWN)


def unusable_values(compose: Compose) -> Iterator[str]:
    """A setting whose value the application refuses."""
    for name, service in _services(compose):
        if name in OURS:
            said = {key: _default(value) for key, value in service["environment"].items()}
            fields = {k.removeprefix(PREFIX).lower(): v for k, v in said.items() if k != SECRETS}
            try:
                Settings(_env_file=None, **fields, secret_key="x" * 64)
            except ValueError as error:
                yield f"{name}: {error}"


def _default(value: str) -> str:
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)


def secrets_without_meaning(compose: Compose) -> Iterator[str]:
    """A secret that is no setting, or that nobody defines."""
    for name, service in _services(compose):
        for secret in service.get("secrets", []):
            if secret not in compose["secrets"]:
                yield f"{name}: {secret} is defined nowhere"
            if name in OURS and secret.upper() not in KNOWN:
                yield f"{name}: {secret} is no setting"


def secrets_that_are_open(compose: Compose) -> Iterator[str]:
    """A secret in the environment, which would win over its file, or a file that is not given."""
    for name, service in _services(compose):
        given = service.get("secrets", [])
        for key, value in service.get("environment", {}).items():
            if value.startswith("/run/secrets/") and Path(value).name not in given:
                yield f"{name}: {key} names a secret that it is not given"
            if key.lower() in given or key.endswith("_PASSWORD"):
                yield f"{name}: {key} is in the environment"


def missing_secrets_of_ours(compose: Compose) -> Iterator[str]:
    """Ours need the database, the search engine and a key, each from a file."""
    for name in OURS & set(compose["services"]):
        service = compose["services"][name]
        for need in ("pool_secret_key", "pool_database_url", "pool_search_url"):
            if need not in service.get("secrets", []):
                yield f"{name}: {need}"
        if service["environment"].get(SECRETS) != "/run/secrets":
            yield f"{name}: {SECRETS}"


def commands_that_do_not_exist(compose: Compose) -> Iterator[str]:
    for name, service in _services(compose):
        if name in OURS and not _is_command(service["command"]):
            yield f"{name}: {service['command']}"


def _is_command(words: list[str]) -> bool:
    commands = typer.main.get_group(pool).commands
    return words[0] == "pool" and len(words) == 2 and words[1] in commands


def files_that_do_not_exist(compose: Compose) -> Iterator[str]:
    for name, service in _services(compose):
        for volume in service.get("volumes", []):
            source, target = volume.split(":")[:2]
            if source.startswith("."):
                if not (ROOT / source).exists():
                    yield f"{name}: {source}"
                if not volume.endswith(":ro"):
                    yield f"{name}: {source} can be written to"
            elif source not in compose["volumes"]:
                yield f"{name}: the volume {source} is defined nowhere"
            if name in OURS and not _is_asked_for(target, service["environment"]):
                yield f"{name}: nothing reads {target}"


def _is_asked_for(target: str, environment: Compose) -> bool:
    return any(value == target or value.startswith(f"{target}/") for value in environment.values())


def unused(compose: Compose) -> Iterator[str]:
    """Volumes, networks and secrets that no service has."""
    services = compose["services"].values()
    used = {v.split(":")[0] for service in services for v in service.get("volumes", [])}
    used |= {s for service in services for s in service.get("secrets", [])}
    used |= {n for service in services for n in service.get("networks", [])}
    defined = [*compose["volumes"], *compose["secrets"], *compose["networks"]]
    yield from sorted(set(defined) - used)


def starts_before_its_needs(compose: Compose) -> Iterator[str]:
    """A condition that can never come true, or the wrong one."""
    for name, service in _services(compose):
        for need, how in service.get("depends_on", {}).items():
            needed = compose["services"].get(need)
            if needed is None:
                yield f"{name}: {need} is no service"
            elif (how["condition"] == "service_completed_successfully") != (need in ONE_SHOT):
                yield f"{name}: {how['condition']} of {need}"
    for name in OURS - {"migrate"}:
        if "migrate" not in compose["services"][name]["depends_on"]:
            yield f"{name}: does not wait for migrate"


def uncontained(compose: Compose) -> Iterator[str]:
    """A service that may write, become more, take all of the machine, or die unnoticed."""
    for name, service in _services(compose):
        yield from (f"{name}: {fault}" for fault in _loose(name, service))
        if name not in ONE_SHOT and "healthcheck" not in service:
            yield f"{name}: no health check"
        if (service["restart"] == "no") != (name in ONE_SHOT):
            yield f"{name}: restart {service['restart']}"


def _loose(name: str, service: Compose) -> Iterator[str]:
    limits = service.get("deploy", {}).get("resources", {}).get("limits", {})
    if not {"cpus", "memory", "pids"} <= set(limits):
        yield "no limits"
    if service.get("read_only") is not True:
        yield "can write to its image"
    if service.get("cap_drop") != ["ALL"] or ("cap_add" in service) != (name in CAPABILITY_REASONS):
        yield "has capabilities"
    if service.get("security_opt") != ["no-new-privileges:true"]:
        yield "may gain privileges"
    if service.get("privileged") or "docker.sock" in json.dumps(service):
        yield "is master of the machine"
    if not re.fullmatch(r"[1-9]\d*:\d+", service.get("user", "")) and name not in ROOT_REASONS:
        yield "runs as root"
    if not service.get("logging", {}).get("options", {}).get("max-size"):
        yield "logs without end"


def unpinned_images(compose: Compose) -> Iterator[str]:
    for name, service in _services(compose):
        if not re.search(r":v?\d+\.\d+\.\d+[\w.-]*$|^postgres:\d+\.\d+[\w.-]*$", service["image"]):
            yield f"{name}: {service['image']}"


def open_doors(compose: Compose) -> Iterator[str]:
    """Only the proxy has ports, and only it is on a network with a way out."""
    outside = {
        name for name, said in compose["networks"].items() if not (said or {}).get("internal")
    }
    for name, service in _services(compose):
        if name != "proxy" and (service.get("ports") or outside & set(service.get("networks", []))):
            yield f"{name}: reaches or is reached from outside"
        if "networks" not in service and service.get("network_mode") != "none":
            yield f"{name}: is on the default network"
    stores = set(compose["services"]["postgres"]["networks"])
    if stores & set(compose["services"]["proxy"]["networks"]):
        yield "proxy: reaches the database"


def unreachable_addresses(compose: Compose) -> Iterator[str]:
    """Hosts in settings that are no service on a common network."""
    mail = _default(compose["services"]["worker"]["environment"]["POOL_MAIL_URL"])
    texts = {"POOL_MAIL_URL": mail, "deploy/Caddyfile": (ROOT / "deploy/Caddyfile").read_text()}
    asking = {"POOL_MAIL_URL": "worker", "deploy/Caddyfile": "proxy"}
    for where, text in texts.items():
        for host, _port in re.findall(r"(?:smtp://|reverse_proxy )([\w-]+):(\d+)", text):
            service = compose["services"].get(host)
            mine = set(compose["services"][asking[where]]["networks"])
            if service is None or not mine & set(service["networks"]):
                yield f"{where}: {host}"


def ports_that_nobody_opens(compose: Compose) -> Iterator[str]:
    """What is published, passed on or looked at must be what a process listens on."""
    caddy = (ROOT / "deploy/Caddyfile").read_text()
    listens = set(re.findall(r"^:(\d+) \{", caddy, re.M))
    for published in compose["services"]["proxy"]["ports"]:
        if published.split(":")[-1] not in listens:
            yield f"proxy: {published}"
    ours = compose["services"]["app"]["environment"]
    if f"reverse_proxy app:{ours['POOL_PORT']}" not in caddy:
        yield "deploy/Caddyfile: not the application's port"
    known = {"app": {ours["POOL_PORT"]}, "worker": {ours["POOL_METRICS_PORT"]}, "proxy": listens}
    known |= {name: {"9200"} for name, _ in _services(compose) if name.startswith("elasticsearch")}
    for name, service in _services(compose):
        test = " ".join(service.get("healthcheck", {}).get("test", []))
        for port in re.findall(r"(?:127\.0\.0\.1|localhost):(\d+)", test):
            if port not in known[name]:
                yield f"{name}: its health check asks port {port}"


RULES: list[Callable[[Compose], Iterator[str]]] = [
    unknown_variables,
    unusable_values,
    secrets_without_meaning,
    secrets_that_are_open,
    missing_secrets_of_ours,
    commands_that_do_not_exist,
    files_that_do_not_exist,
    unused,
    starts_before_its_needs,
    uncontained,
    unpinned_images,
    open_doors,
    unreachable_addresses,
    ports_that_nobody_opens,
]


def test_the_compose_files_fit_their_schema() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    files = [COMPOSE, CLUSTER, OUTSIDE]
    done = subprocess.run([*command, *files], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_one_node_names_only_what_is_there() -> None:
    assert faults(read_compose()) == []


def test_three_nodes_name_only_what_is_there() -> None:
    cluster = merged(read_compose(), read_compose(CLUSTER))
    assert faults(cluster) == []
    nodes = [name for name in cluster["services"] if re.fullmatch(r"elasticsearch\d?", name)]
    data = {cluster["services"][name]["volumes"][0] for name in nodes}
    assert len(data) == len(nodes) == 3
    for name in nodes:
        environment = cluster["services"][name]["environment"]
        assert environment["node.name"] == name
        assert environment["discovery.type"] == "multi-node"
        assert {*environment["discovery.seed_hosts"].split(","), name} == set(nodes)
    first = [
        n for n in nodes if "cluster.initial_master_nodes" in cluster["services"][n]["environment"]
    ]
    assert first == ["elasticsearch"]


def test_the_way_out_is_for_the_application_and_its_worker_alone() -> None:
    with_way_out = merged(read_compose(), read_compose(OUTSIDE))
    assert faults(with_way_out) == [
        f"open_doors: {name}: reaches or is reached from outside" for name in ("app", "worker")
    ]
    assert with_way_out["services"]["app"]["networks"] == ["site", "data", "outside"]


def test_the_largest_file_passes_the_proxy() -> None:
    caddy = (ROOT / "deploy/Caddyfile").read_text()
    megabytes = re.search(r"max_size (\d+)MB", caddy)
    assert megabytes
    assert int(megabytes[1]) * 1000 * 1000 > MOST_UPLOADED


def test_visitors_keep_their_addresses_behind_the_proxy() -> None:
    app = read_compose()["services"]["app"]
    assert app["environment"]["FORWARDED_ALLOW_IPS"] == "*"
    assert "ports" not in app


def test_every_node_of_the_cluster_is_in_the_certificate_and_the_address() -> None:
    services = merged(read_compose(), read_compose(CLUSTER))["services"]
    nodes = {name for name in services if re.fullmatch(r"elasticsearch\d?", name)}
    script = (ROOT / "deploy/elasticsearch/prepare.sh").read_text()
    named = re.search(r"--dns (\S+)", script)
    assert named
    assert nodes <= set(named[1].split(","))


# What is said, of which service, after which change.
MISTAKES: list[tuple[str, str, Compose]] = [
    ("unknown_variables: app: POOL_PROCESES", "app", {"environment": {"POOL_PROCESES": "2"}}),
    (
        "unknown_variables: app: ${POOL_LANG}",
        "app",
        {"environment": {"POOL_LANGUAGE": "${POOL_LANG}"}},
    ),
    ("unknown_variables: proxy: SITE", "proxy", {"environment": {"SITE": "x"}}),
    ("unusable_values: app", "app", {"environment": {"POOL_METRICS_PORT": "91000"}}),
    ("secrets_without_meaning: app: pool_key", "app", {"secrets": ["pool_key"]}),
    ("secrets_that_are_open: postgres", "postgres", {"environment": {"POSTGRES_PASSWORD": "x"}}),
    ("secrets_that_are_open: postgres", "postgres", {"secrets": ["database_password"]}),
    ("secrets_that_are_open: app", "app", {"environment": {"POOL_DATABASE_URL": "x"}}),
    (
        "missing_secrets_of_ours: worker: pool_search_url",
        "worker",
        {"secrets": ["pool_secret_key"]},
    ),
    ("commands_that_do_not_exist: worker", "worker", {"command": ["pool", "work"]}),
    ("files_that_do_not_exist: proxy", "proxy", {"volumes": ["./deploy/nginx:/etc/nginx:ro"]}),
    ("files_that_do_not_exist: app: nothing reads /data", "app", {"volumes": ["home:/data"]}),
    ("starts_before_its_needs: worker: does not wait", "worker", {"depends_on": {"migrate": None}}),
    (
        "starts_before_its_needs: proxy",
        "proxy",
        {"depends_on": {"app": {"condition": "service_completed_successfully"}}},
    ),
    ("uncontained: app: no health check", "app", {"healthcheck": None}),
    ("uncontained: worker: no limits", "worker", {"deploy": None}),
    ("uncontained: mail: can write", "mail", {"read_only": False}),
    ("uncontained: postgres: runs as root", "postgres", {"user": None}),
    ("uncontained: app: has capabilities", "app", {"cap_add": ["SYS_ADMIN"]}),
    ("unpinned_images: mail", "mail", {"image": "axllent/mailpit:latest"}),
    ("open_doors: postgres", "postgres", {"ports": ["5432:5432"]}),
    ("open_doors: app", "app", {"networks": ["public"]}),
    (
        "unreachable_addresses: POOL_MAIL_URL: m",
        "worker",
        {"environment": {"POOL_MAIL_URL": "smtp://m:25"}},
    ),
    ("ports_that_nobody_opens: proxy: 443:443", "proxy", {"ports": ["443:443"]}),
    ("ports_that_nobody_opens: deploy/Caddyfile", "app", {"environment": {"POOL_PORT": "8001"}}),
    ("unused: home", "app", {"volumes": []}),
]


def changed(old: Compose, change: Compose) -> Compose:
    """A copy with the change laid over it; None takes a key away."""
    new = {**old}
    for key, value in change.items():
        inner = isinstance(value, dict) and isinstance(old.get(key), dict)
        new[key] = changed(old[key], value) if inner else value
    return {key: value for key, value in new.items() if value is not None}


@pytest.mark.parametrize(("fault", "service", "change"), MISTAKES, ids=[m[0] for m in MISTAKES])
def test_a_mistake_is_noticed(fault: str, service: str, change: Compose) -> None:
    compose = read_compose()
    compose["services"][service] = changed(compose["services"][service], change)
    if fault == "unused: home":
        compose["services"]["worker"]["volumes"] = compose["services"]["migrate"]["volumes"] = []
    assert any(found.startswith(fault) for found in faults(compose))


def test_the_image_sets_only_what_is_read() -> None:
    environment = image_environment()
    assert [n for n in environment if n not in KNOWN and not n.startswith(tuple(OTHERS))] == []
    fields = {n.removeprefix(PREFIX).lower(): v for n, v in environment.items() if n in KNOWN}
    settings = Settings(_env_file=None, **fields)
    exposed = [rest for name, rest in read_dockerfile() if name == "EXPOSE"]
    volume = [rest for name, rest in read_dockerfile() if name == "VOLUME"]
    assert exposed == [str(settings.port)]
    assert volume == [str(settings.home)]


def test_the_image_is_made_from_what_is_there_and_sent() -> None:
    sent = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[0] == "!"
    }
    copied = [rest.split() for name, rest in read_dockerfile() if name == "COPY"]
    sources = {source for words in copied if words[0][0] != "-" for source in words[:-1]}
    assert sources == sent
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_the_image_runs_as_the_user_of_the_compose_file_and_has_no_tools() -> None:
    instructions = read_dockerfile()
    users = [rest for name, rest in instructions if name == "USER"]
    assert {read_compose()["services"][name]["user"] for name in OURS} == set(users)
    images = [rest.split()[0] for name, rest in instructions if name == "FROM"]
    assert len(images) == 2
    assert all(re.fullmatch(r"python:\d+\.\d+\.\d+-slim-\w+", image) for image in images)
    last = max(place for place, (name, _) in enumerate(instructions) if name == "FROM")
    text = " ".join(rest for _, rest in instructions[last:])
    assert not re.search(r"\b(pip|apt-get|gcc|make)\b", text)


def test_the_image_starts_a_command_that_exists() -> None:
    (said,) = [rest for name, rest in read_dockerfile() if name == "CMD"]
    assert _is_command(json.loads(said))
    (check,) = [rest for name, rest in read_dockerfile() if name == "HEALTHCHECK"]
    port = re.search(r"127\.0\.0\.1:(\d+)", check)
    assert port
    assert int(port[1]) == Settings.model_fields["port"].default


def test_the_image_is_named_like_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    images = {read_compose()["services"][name]["image"] for name in OURS}
    assert images == {f"{project['name']}:{project['version']}"}


def test_the_example_of_settings_names_only_settings() -> None:
    named = re.findall(r"^(?:# )?(\w+)=", (ROOT / ".env.example").read_text(), re.M)
    assert set(named) == KNOWN


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M))
    names = [COMPOSE, CLUSTER, "Dockerfile", ".env.example", ".ci/smoke/__main__.py"]
    named = {t for name in names for t in re.findall(r"`make (\w+)`", (ROOT / name).read_text())}
    assert named
    assert named <= targets


def test_the_role_of_the_application_covers_its_prefix_and_no_more(tmp_path: Path) -> None:
    assert make_secrets([str(tmp_path / "secrets")]) == 0
    url = (tmp_path / "secrets" / "pool_search_url").read_text()
    prefix = url.rpartition("/")[2]
    role = (ROOT / "deploy/elasticsearch/roles.yml").read_text()
    assert f'names: ["/{prefix}(-next|-[0-9]{{6}})?/"]' in role
    assert "cluster: [monitor]" in role


def test_secrets_are_made_once_for_their_owner(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "secrets"
    assert make_secrets([str(folder)]) == 0
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o444}
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    wanted = [*read_compose()["secrets"].values(), *read_compose(CLUSTER)["secrets"].values()]
    assert set(before) == {Path(secret["file"]).name for secret in wanted}
    assert make_secrets([str(folder)]) == 1
    assert "nothing was written" in capsys.readouterr().err
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_the_secrets_agree_and_are_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "secrets"
    make_secrets([str(folder)])
    said = {file.name: file.read_text() for file in folder.iterdir()}
    assert f":{said['database_password']}@postgres" in said["pool_database_url"]
    for url in ("pool_search_url", "pool_search_url_cluster"):
        assert f":{said['search_password']}@elasticsearch:" in said[url]
    settings = Settings(_env_file=None, _secrets_dir=folder, environment="production")
    assert settings.database_url == said["pool_database_url"]
    assert settings.search_url == said["pool_search_url"]
    make_secrets([str(tmp_path / "others")])
    others = {file.name: file.read_text() for file in (tmp_path / "others").iterdir()}
    assert not set(said.values()) & set(others.values())


def test_the_certificate_is_for_the_name_that_visitors_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POOL_PUBLIC_URL", "https://pool.example.cn")
    make_secrets([str(tmp_path / "secrets")])
    file = tmp_path / "secrets" / "tls_certificate"
    command = ["openssl", "x509", "-in", str(file), "-noout", "-ext", "subjectAltName"]
    assert "DNS:pool.example.cn" in subprocess.check_output(command, text=True)
