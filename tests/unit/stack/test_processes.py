"""The process table is complete, stays on loopback, and becomes a configuration that supervisor reads as meant."""

import configparser
import shlex
from collections import defaultdict
from pathlib import Path

import pytest

from oms_site.stack.layout import Layout
from oms_site.stack.ports import Ports
from oms_site.stack.programs import BY_NAME, PROGRAMS, SERVERS, Process
from oms_site.stack.supervisor import command_of, render

LAYOUT = Layout(run_dir=Path("/somewhere with spaces/100%/run"), checkout=Path("/somewhere with spaces/100%"))


def _values() -> dict[str, str]:
    values: defaultdict[str, str] = defaultdict(lambda: "/a path/100%")
    values |= {name: str(port) for name, port in Ports.derive(8000).as_dict().items()}
    values |= {"run_dir": str(LAYOUT.run_dir), "checkout": str(LAYOUT.checkout), "postgres_password": 'a"b%c\\'}
    return values


def _sections() -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(inline_comment_prefixes=(";", " #"), strict=True)
    parser.read_string(render(LAYOUT, BY_NAME.values(), _values(), account="nobody"))
    return parser


@pytest.mark.parametrize("process", BY_NAME.values(), ids=lambda process: process.name)
def test_a_command_keeps_its_words_however_paths_are_spelt(process: Process) -> None:
    words = command_of(process, _values())
    written = _sections()[f"program:{process.name}"]["command"].replace("%%", "%")
    assert shlex.split(written) == words
    assert not any("{" in word for word in words)


def test_what_a_process_waits_for_exists_and_starts_earlier() -> None:
    for process in BY_NAME.values():
        for earlier in process.after:
            assert BY_NAME[earlier].priority < process.priority, (process.name, earlier)


def test_programs_wait_for_every_server() -> None:
    for program in PROGRAMS:
        assert set(program.after) == {server.name for server in SERVERS}, program.name


def test_nothing_starts_by_itself_and_everything_is_started_again() -> None:
    parser = _sections()
    for name in BY_NAME:
        section = parser[f"program:{name}"]
        assert (section["autostart"], section["autorestart"], section["killasgroup"]) == ("false", "true", "true")


def test_only_postgres_changes_its_account() -> None:
    parser = _sections()
    assert [name for name in BY_NAME if parser.has_option(f"program:{name}", "user")] == ["postgres"]


def test_the_configuration_holds_only_addresses_of_this_machine() -> None:
    text = render(LAYOUT, BY_NAME.values(), _values(), account=None)
    assert "0.0.0.0" not in text
    for name, option in (("postgres", "listen_addresses=127.0.0.1"), ("valkey", "--bind 127.0.0.1"), ("web", "--host 127.0.0.1")):
        assert option in " ".join(command_of(BY_NAME[name], _values())), name
    for listener in ("QUARKUS_HTTP_HOST", "QUARKUS_MANAGEMENT_HOST"):
        assert BY_NAME["registry"].environment[listener] == "127.0.0.1"


def test_an_environment_value_survives_quoting() -> None:
    written = _sections()["program:registry"]["environment"].replace("%%", "%")
    assert 'APICURIO_DATASOURCE_PASSWORD="a\\"b%c\\\\"' in written
