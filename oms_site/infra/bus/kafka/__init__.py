"""The bus on Kafka: the only package that imports a Kafka client. What it may raise is what `ports` names, nothing of the client's own."""

from oms_site.infra.bus.kafka.bus import KafkaBus

__all__ = ["KafkaBus"]
