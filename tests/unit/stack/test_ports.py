"""Ports derive from one number, each can be named, and nonsense is refused with the variable's name."""

import pytest

from oms_site.stack import Ports, StackError
from oms_site.stack.errors import EXIT_USAGE
from oms_site.stack.ports import base_port


def test_every_port_derives_from_the_web_port() -> None:
    assert Ports.derive(9000).as_dict() == {
        "web": 9000,
        "flower": 9001,
        "kafka": 9010,
        "kafka_controller": 9011,
        "registry": 9012,
        "postgres": 9013,
        "redis": 9014,
        "registry_management": 9015,
    }


def test_a_port_can_be_named_alone() -> None:
    ports = Ports.derive(8000, {"POSTGRES_PORT": "5433", "WEB_PORT": ""})
    assert (ports.postgres, ports.web, ports.redis) == (5433, 8000, 8014)


@pytest.mark.parametrize("value", ["x", "-1", "80", "70000", "8000.5", "٨٠٠٠"])
def test_what_is_no_port_is_refused(value: str) -> None:
    with pytest.raises(StackError, match="KAFKA_PORT") as refusal:
        Ports.derive(8000, {"KAFKA_PORT": value})
    assert refusal.value.exit_code == EXIT_USAGE


def test_one_port_cannot_serve_two() -> None:
    with pytest.raises(StackError, match="FLOWER_PORT, KAFKA_PORT"):
        Ports.derive(8000, {"KAFKA_PORT": "8001"})


def test_a_base_too_high_for_the_others_is_refused() -> None:
    with pytest.raises(StackError, match="65536"):
        Ports.derive(65522)


def test_demo_and_test_have_ports_of_their_own() -> None:
    settings = {"PORT": "9000"}
    assert (base_port(settings, env="demo"), base_port(settings, env="test")) == (9000, 18000)
