"""What every client of ours is set to, and why."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """Where the broker is and how patient we are with it (seconds).

    `transaction_timeout` bounds how long the records of one command may take (a kill of 100,000 orders writes 200,000), and how long a dead
    worker's open transaction hides records behind it until its slot is filled again; `session_timeout` how long its partitions wait for
    another member (the broker's default allows 6 s at least).
    """

    bootstrap: str
    prefix: str = ""
    connect_timeout: float = 5.0
    request_timeout: float = 5.0
    delivery_timeout: float = 10.0
    transaction_timeout: float = 60.0
    session_timeout: float = 6.0
    in_flight: int = 5_000

    def client(self, client_id: str) -> dict[str, Any]:
        """Settings of every kind of client."""
        return {
            "bootstrap_servers": self.bootstrap,
            "client_id": client_id,
            "bootstrap_timeout_ms": int(self.connect_timeout * 1000),
            "request_timeout_ms": int(self.request_timeout * 1000),
            "reconnect_backoff_ms": 50,
            "reconnect_backoff_max_ms": 1_000,  # a broker that comes back is found within a second
            "metrics_enabled": False,
            "allow_auto_create_topics": False,
        }

    def producer(self, client_id: str) -> dict[str, Any]:
        """A writer: idempotent, acknowledged by all, never merely hopeful about the delivery time-out."""
        return self.client(client_id) | {
            "acks": "all",
            "enable_idempotence": True,
            "delivery_timeout_ms": int(self.delivery_timeout * 1000),
            "max_block_ms": int(self.connect_timeout * 1000),
            "batch_size": 262_144,
            "linger_ms": 0,
            "compression_type": None,  # loopback or one rack: time is dearer than bytes
        }

    def transactional(self, transactional_id: str) -> dict[str, Any]:
        """A transactional writer. The client waits its whole retry back-off between the steps of a commit: 2 ms instead of 100."""
        return self.producer(transactional_id) | {
            "transactional_id": self.prefix + transactional_id,
            "transaction_timeout_ms": int(self.transaction_timeout * 1000),
            "retry_backoff_ms": 2,
        }

    def consumer(self, client_id: str, group: str | None) -> dict[str, Any]:
        """A reader of committed records that long-polls; it never decides by itself where to start (see `consumer.py`)."""
        config = self.client(client_id) | {
            "isolation_level": "read_committed",
            "auto_offset_reset": "none",
            "enable_auto_commit": False,
            "fetch_max_wait_ms": 500,
            "max_partition_fetch_bytes": 4 * 1024 * 1024,
            "check_crcs": True,
        }
        if group is not None:
            config |= {
                "group_id": self.prefix + group,
                "session_timeout_ms": int(self.session_timeout * 1000),
                "heartbeat_interval_ms": int(self.session_timeout * 1000 / 4),
                "max_poll_interval_ms": 120_000,
            }
        return config
