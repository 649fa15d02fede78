"""Making clients without leaving anything behind when the broker does not answer."""

from collections.abc import Callable
from typing import Any, TypeVar

from kafka import errors
from kafka.net.compat import KafkaNetClient

from oms_site.infra.bus.kafka.failures import translated

C = TypeVar("C")


def connected(make: Callable[..., C], config: dict[str, Any]) -> C:
    """A connected client of ours. Raises `BusError`.

    A client whose constructor fails keeps its network thread, once for every attempt while a broker is down: so the thread's owner is
    remembered and closed.
    """
    networks: list[Any] = []

    def network(**settings: Any) -> Any:
        networks.append(KafkaNetClient(**settings))
        return networks[-1]

    try:
        return make(**config, kafka_client=network)
    except (errors.KafkaError, OSError, AssertionError, RuntimeError) as error:
        for left in networks:
            left.close()
        raise translated(error, "connect") from error
