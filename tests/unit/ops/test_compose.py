"""docker-compose.yml: valid by the compose specification, every variable given, everything it names is there."""

import json
import re
import shutil
import subprocess
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
import yaml

from oms_site.stack.kafka import SETTINGS
from oms_site.stack.programs import BY_NAME

ROOT = Path(__file__).resolve().parents[3]
FILE = ROOT / "docker-compose.yml"
TEXT = FILE.read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PROGRAMS = {name: service for name, service in SERVICES.items() if service["image"].startswith("oms:")}
ENV_FILE = dict(
    line.split("=", 1)
    for line in (ROOT / "deploy/compose.env").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
)
READ = set(re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "oms_site/env.py").read_text(encoding="utf-8")))
READ_ELSEWHERE = {"PROMETHEUS_MULTIPROC_DIR", "OMS_PROGRAM", "FLOWER_BASIC_AUTH"}
"""By prometheus-client, `oms_site.infra.exposition` and Flower."""
TUNED_FOR_SMALL_MACHINES = {
    "log.index.size.max.bytes",
    "num.network.threads",
    "num.io.threads",
    "num.recovery.threads.per.data.dir",
    "background.threads",
    "log.cleaner.dedupe.buffer.size",
}
WANTED = {"kafka", "registry", "postgres", "redis", "prometheus", "grafana", "web", "workers", "tasks", "beat", "relay", "flower", "setup"}


def test_it_is_valid_by_the_compose_specification() -> None:
    schema = json.loads(
        resources.files("check_jsonschema.builtin_schemas.vendor").joinpath("compose-spec.json").read_text(encoding="utf-8")
    )
    jsonschema.validate(COMPOSE, schema)


def test_it_has_every_part() -> None:
    assert SERVICES.keys() == WANTED


def test_compose_itself_reads_it_where_it_is_installed(tmp_path: Path) -> None:
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        return  # the schema test stands for it: no engine or plugin is needed to work on the project
    given = tmp_path / "env"
    given.write_text("".join(f"{name}=x\n" for name in re.findall(r"\$\{(\w+)", TEXT)), encoding="utf-8")
    subprocess.run([docker, "compose", "-f", str(FILE), "--env-file", str(given), "config", "--quiet"], cwd=ROOT, check=True)


def test_every_secret_is_demanded_and_documented() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    interpolated = re.findall(r"\$\{(\w+)([^}]*)\}", TEXT)
    assert {name for name, _ in interpolated} == {"SECRET_KEY", "POSTGRES_PASSWORD", "FLOWER_PASSWORD", "GRAFANA_PASSWORD"}
    for name, rest in interpolated:
        assert rest.startswith(":?"), f"{name} must stop the start when it is not given"
        assert re.search(rf"^# {name}=", example, re.MULTILINE), f"{name} is not in .env.example"


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_every_variable_a_program_reads_is_given(name: str) -> None:
    given = ENV_FILE.keys() | PROGRAMS[name]["environment"].keys()
    assert READ - given == set()
    assert PROGRAMS[name]["env_file"] == "deploy/compose.env"


def test_nothing_is_given_that_nobody_reads() -> None:
    given = set(ENV_FILE).union(*(service["environment"] for service in PROGRAMS.values()))
    assert given - READ - READ_ELSEWHERE == set()


def test_the_start_order_waits_for_health_and_for_the_set_up() -> None:
    for name, service in SERVICES.items():
        assert "healthcheck" in service or name == "setup", f"{name} has no health check"
        for other, wait in service.get("depends_on", {}).items():
            assert wait["condition"] == ("service_completed_successfully" if other == "setup" else "service_healthy")
            assert "healthcheck" in SERVICES[other] or other == "setup"
    for name in PROGRAMS.keys() - {"setup"}:
        assert {"setup", "postgres", "redis", "kafka", "registry"} <= PROGRAMS[name]["depends_on"].keys()
    assert {"postgres", "redis", "kafka", "registry"} == PROGRAMS["setup"]["depends_on"].keys()


def test_programs_may_do_little_in_their_containers() -> None:
    for service in PROGRAMS.values():
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    last_stage = dockerfile.rpartition("\nFROM ")[2]
    assert re.search(r"^USER oms$", last_stage, re.MULTILINE)
    assert "COPY" not in last_stage.partition("USER oms")[2]


def test_only_loopback_is_published() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_what_it_mounts_and_copies_is_there() -> None:
    for service in SERVICES.values():
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            assert (ROOT / source).exists() if source.startswith("./") else source in COMPOSE["volumes"], mount
    ignore = [line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")]
    for line in re.findall(r"^COPY (?!--from)(.*)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert source in ignore, f"{source} does not reach the build"


def test_every_queue_has_a_taker() -> None:
    queues = {words[words.index("-Q") + 1] for service in PROGRAMS.values() if "worker" in (words := service["command"])}
    assert queues == {"pipeline", "default", *(pair.split("=")[1] for pair in ENV_FILE["OMS_WORKER_QUEUES"].split(","))}


def test_addresses_name_services() -> None:
    for name in ("REDIS_URL", "SCHEMA_REGISTRY_URL"):
        assert urlsplit(ENV_FILE[name]).hostname in SERVICES
    assert all(broker.split(":")[0] in SERVICES for broker in ENV_FILE["KAFKA_BOOTSTRAP"].split(","))
    scraped = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8"))["scrape_configs"]
    targets = {target for job in scraped for group in job["static_configs"] for target in group["targets"]}
    metering = {f"{name}:9100" for name, service in PROGRAMS.items() if service["environment"].get("OMS_METRICS_PORT") == "9100"}
    assert targets == metering | {"web:8000", "flower:5555", "localhost:9090"}


def test_grafana_finds_its_source_and_its_dashboards() -> None:
    mounts = dict(mount.split(":")[:2] for mount in SERVICES["grafana"]["volumes"])
    providers = yaml.safe_load((ROOT / "deploy/grafana/provisioning/dashboards/oms.yml").read_text(encoding="utf-8"))["providers"]
    assert providers[0]["options"]["path"] == mounts["./deploy/grafana/dashboards"]
    sources = yaml.safe_load((ROOT / "deploy/grafana/provisioning/datasources/prometheus.yml").read_text(encoding="utf-8"))["datasources"]
    assert urlsplit(sources[0]["url"]).hostname in SERVICES
    assert sources[0]["uid"] == "prometheus"


def test_kafka_is_set_as_the_embedded_node_is() -> None:
    given = SERVICES["kafka"]["environment"]
    names = {key: "KAFKA_" + key.replace(".", "_").upper() for key in SETTINGS.keys() - TUNED_FOR_SMALL_MACHINES}
    assert {key: given[name] for key, name in names.items()} == {key: SETTINGS[key] for key in names}


@pytest.mark.parametrize("name", ["web", "workers", "tasks", "beat", "flower"])
def test_a_program_runs_as_the_embedded_stack_runs_it(name: str) -> None:
    """But for where it listens and what it is called there."""

    def options(words: list[str]) -> list[str]:
        apart = {option for word in words for option in word.replace("=", " ").split()}
        places = {"--host", "--port", "--address", "-m", "-n", "-s", "--pidfile"}
        return sorted(option for option in apart if option.startswith("-") and option not in places)

    assert options(SERVICES[name]["command"]) == options(BY_NAME[name].command.split())
