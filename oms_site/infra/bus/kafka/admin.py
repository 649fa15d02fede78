"""Topics and lag on Kafka: what the commands and the sampler need, in plain values."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from oms_site.infra.bus.kafka.connecting import connected
from oms_site.infra.bus.kafka.failures import translating
from oms_site.infra.bus.kafka.settings import KafkaSettings
from oms_site.infra.bus.ports import Partition


@dataclass(frozen=True, slots=True)
class TopicState:
    """A topic as the broker has it; `retention_ms` -1 is for ever."""

    partitions: int
    retention_ms: int


class KafkaAdmin:
    """Plain topic names in and out; the prefix is added here. Raises `BusError`."""

    def __init__(self, settings: KafkaSettings, client: Any) -> None:
        self._prefix = settings.prefix
        self._client = client

    def create(self, topics: Mapping[str, TopicState]) -> None:
        """Create topics that do not exist; one that exists is an error."""
        wanted = {
            self._prefix + name: {
                "num_partitions": state.partitions,
                "replication_factor": -1,
                "configs": {"retention.ms": str(state.retention_ms), "cleanup.policy": "delete"},
            }
            for name, state in topics.items()
        }
        with translating("create topics"):
            self._client.create_topics(wanted, wait_for_metadata=True)

    def keep_for(self, topic: str, retention_ms: int) -> None:
        """Set how long a topic keeps its records."""
        wanted = ConfigResource(ConfigResourceType.TOPIC, self._prefix + topic, configs={"retention.ms": str(retention_ms)})
        with translating("set retention"):
            self._client.alter_configs([wanted])

    def delete(self, topics: Sequence[str]) -> None:
        """Delete topics and what is in them: for tests, never for the product's own."""
        with translating("delete topics"):
            self._client.delete_topics([self._prefix + name for name in topics])

    def states(self, topics: Sequence[str]) -> dict[str, TopicState]:
        """The topics that exist among those asked for."""
        with translating("describe topics"):
            present = set(self._client.list_topics())
            names = [self._prefix + name for name in topics if self._prefix + name in present]
            if not names:
                return {}
            described = self._client.describe_topics(names)
            resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
            configs = self._client.describe_configs(resources, config_filter="all")
        return _states(described, configs, self._prefix)

    def committed(self) -> dict[str, dict[Partition, int]]:
        """Every group that has committed offsets, and these."""
        with translating("group offsets"):
            names = [group["group_id"] for group in self._client.list_groups()]
            names = [name for name in names if name.startswith(self._prefix)]
            found = self._client.list_group_offsets(dict.fromkeys(names)) if names else {}
        return {
            name.removeprefix(self._prefix): {
                Partition(part.topic.removeprefix(self._prefix), part.partition): data.offset
                for part, data in offsets.items()
                if data.offset >= 0
            }
            for name, offsets in found.items()
        }


@contextmanager
def admin(settings: KafkaSettings, client_id: str = "admin") -> Iterator[KafkaAdmin]:
    """A connected admin client, closed afterwards. Raises `BusError`."""
    config = settings.client(client_id)
    del config["allow_auto_create_topics"], config["metrics_enabled"]
    client = connected(KafkaAdminClient, config)
    try:
        yield KafkaAdmin(settings, client)
    finally:
        client.close()


def _states(described: Any, configs: Any, prefix: str) -> dict[str, TopicState]:
    retention = {name: int(values["retention.ms"]["value"]) for name, values in configs["topic"].items()}
    return {topic["name"].removeprefix(prefix): TopicState(len(topic["partitions"]), retention[topic["name"]]) for topic in described}
