"""Who watches a topic knows what was written before the batch in hand, also after a pause in which nothing was."""

from oms_site.infra.bus import observation
from oms_site.infra.bus.observation import Observation
from oms_site.infra.bus.ports import Outgoing


def test_the_first_record_after_a_pause_is_seen_by_the_very_next_batch(case, monkeypatch):
    monkeypatch.setattr(observation, "read", lambda wire, record: record.value)
    seen = []
    watching = Observation(case.bus, None, ["side"], seen.extend, "test")
    case.made.append(watching)
    watching.start(0)
    batches, producer = case.consumer(), case.producer()
    batches.assign(batches.beginning_offsets(batches.partitions("in")))
    for number in range(4):
        while batches.poll(650, 10):  # longer than the broker keeps a reader waiting
            pass
        watching.catch_up(0)
        producer.send([Outgoing("side", f"key-{number}", b"%d" % number)])
        watching.catch_up(0, whole=True)
        assert seen == [b"%d" % seen_number for seen_number in range(number + 1)]
