"""The topics there have to be, with those for dead letters, and how the broker's differ from them."""

import time

from oms_site.infra.bus.kafka.admin import KafkaAdmin, TopicState
from schemas.topics import DAY_MS, FOREVER, TOPICS, Topic

DEAD_LETTERS_KEPT_MS = 30 * DAY_MS


def wanted() -> dict[str, TopicState]:
    """Every topic by plain name. A dead letters' topic has as many partitions as its topic, so that a letter keeps its number, and is
    kept as long as it: recovery reads there what to leave out.
    """
    found = {topic.name: TopicState(topic.partitions, topic.retention_ms) for topic in TOPICS}
    return found | {topic.dead_letters: TopicState(topic.partitions, _letters_kept(topic)) for topic in TOPICS}


def _letters_kept(topic: Topic) -> int:
    return FOREVER if topic.retention_ms == FOREVER else max(topic.retention_ms, DEAD_LETTERS_KEPT_MS)


def create_missing(kafka: KafkaAdmin) -> list[str]:
    """Create what is not there; their names. Where a topic is there, only its retention is set."""
    topics = wanted()
    present = kafka.states(list(topics))
    missing = {name: state for name, state in topics.items() if name not in present}
    if missing:
        kafka.create(missing)
    for name, state in present.items():
        if state.retention_ms != topics[name].retention_ms:
            kafka.keep_for(name, topics[name].retention_ms)
    return sorted(missing)


def settled(kafka: KafkaAdmin, seconds: float = 5.0) -> list[str]:
    """`differences`, asked again for a while: a broker tells what was changed a moment later."""
    deadline = time.monotonic() + seconds
    while (found := differences(kafka)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def differences(kafka: KafkaAdmin) -> list[str]:
    """One sentence for each topic that is missing or unlike the table."""
    topics = wanted()
    present = kafka.states(list(topics))
    found = []
    for name, state in sorted(topics.items()):
        have = present.get(name)
        if have is None:
            found.append(f"{name}: missing; run 'manage.py topics create'")
            continue
        if have.partitions != state.partitions:
            found.append(f"{name}: {have.partitions} partitions, {state.partitions} wanted: make a new topic")
        if have.retention_ms != state.retention_ms:
            found.append(f"{name}: kept {have.retention_ms} ms, {state.retention_ms} wanted; run 'manage.py topics create'")
    return found
