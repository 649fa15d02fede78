"""Every metric of the product, once. Gauges say how several processes' values become one (`multiprocess_mode`).

All processes of one machine share a metrics directory (PROMETHEUS_MULTIPROC_DIR), which the web process serves; a Celery parent in a
container of its own serves its own (`OMS_METRICS_PORT`). `oms_site.infra.exposition` puts them together.
"""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_NEWEST: Final = "mostrecent"
"""The sampler's gauges: whichever process set one last is right, and its word stands while the next one starts."""

BUS_RECORDS = Counter("oms_bus_records_total", "Records read or written by a worker", ["worker", "topic", "direction"])
BUS_BATCH_SECONDS = Histogram("oms_bus_batch_seconds", "Time a worker took for one batch", ["worker"], buckets=_SECONDS)
BUS_TRANSACTIONS = Counter("oms_bus_transactions_total", "Transactions of a worker by outcome", ["worker", "outcome"])
DEAD_LETTERS = Counter("oms_dead_letters_total", "Records no handler could take", ["worker", "topic", "code"])
DUPLICATES = Counter("oms_duplicates_total", "Records or commands recognised as repeats and dropped", ["worker"])
OUTBOX_DEPTH = Gauge("oms_outbox_depth", "Commands acknowledged and not yet sent", multiprocess_mode=_NEWEST)
OUTBOX_OLDEST_SECONDS = Gauge("oms_outbox_oldest_seconds", "Age of the oldest command not yet sent", multiprocess_mode=_NEWEST)
RELAY_SENT = Counter("oms_relay_sent_total", "Commands the relay has sent")
KAFKA_LAG = Gauge("oms_kafka_lag", "Records a group has not consumed", ["group", "topic", "partition"], multiprocess_mode=_NEWEST)
WORKER_LEASE_AGE_SECONDS = Gauge(
    "oms_worker_lease_age_seconds", "Time since a worker's slot was renewed", ["worker", "slot"], multiprocess_mode=_NEWEST
)
WORKER_UP = Gauge("oms_worker_up", "1 while a slot has a live lease", ["worker", "slot"], multiprocess_mode=_NEWEST)
WORKER_WANTED = Gauge("oms_worker_wanted", "1 while operators want a slot run or paused", ["worker", "slot"], multiprocess_mode=_NEWEST)
SCHEDULE_OVERDUE_SECONDS = Gauge(
    "oms_schedule_overdue_seconds", "How long the oldest step of a trading calendar has been due and not applied", multiprocess_mode=_NEWEST
)
REVERSION_OVERDUE_SECONDS = Gauge(
    "oms_reversion_overdue_seconds", "How long the oldest change allowed for a time has outlived it", multiprocess_mode=_NEWEST
)
BREAK_GLASS_OPEN = Gauge("oms_break_glass_open", "What one person did alone and nobody has reviewed", multiprocess_mode=_NEWEST)
BREAKS_OPEN = Gauge("oms_breaks_open", "Values of tables that differ from the log, as the drop copy found", multiprocess_mode=_NEWEST)
DROP_COPY_AGE_SECONDS = Gauge("oms_drop_copy_age_seconds", "Time since log and tables were last compared", multiprocess_mode=_NEWEST)
SETTLEMENT_FAILS = Gauge("oms_settlement_fails", "Instructions not settled on their day, by days late", ["age"], multiprocess_mode=_NEWEST)
SETTLEMENT_WORDS = Counter(
    "oms_settlement_words_total", "What clearing house and custodian said of instructions, and what it did", ["source", "word", "effect"]
)
SAMPLED_AT = Gauge("oms_sampled_timestamp_seconds", "When outbox, leases and lag were last sampled", multiprocess_mode=_NEWEST)

ORDERS_ENTERED = Counter("oms_orders_entered_total", "Orders asked for, by outcome of intake", ["outcome"])
ORDER_STAGE_SECONDS = Histogram("oms_order_stage_seconds", "From an order's entry until a stage had it", ["stage"], buckets=_SECONDS)
RISK_DECISIONS = Counter("oms_risk_decisions_total", "Commands judged by risk", ["decision", "rule"])
TRADES = Counter("oms_trades_total", "Matches projected")
QUOTES = Counter("oms_quotes_total", "Quotes projected", ["source"])
QUOTES_QUALITY = Counter("oms_quotes_quality_total", "Quotes projected, by quality", ["quality"])
QUOTES_SILENCES = Counter("oms_quotes_silences_total", "Newest quotes of a symbol that had become stale before the next one came")
QUOTES_UNLISTED = Counter("oms_quotes_unlisted_total", "Quotes left out because their symbol is not listed", ["why"])
PRINTS = Counter("oms_prints_total", "Prints taken into candles; left: too late for at least one interval", ["order"])
HOUSE_COMMANDS = Counter("oms_house_commands_total", "Commands of the house liquidity provider", ["command"])
HOUSE_REFUSALS = Counter("oms_house_refusals_total", "Commands of the house that were refused", ["reason"])
HOUSE_DEFERRED = Counter("oms_house_deferred_total", "Times a symbol was due and the house's budget of commands was used up")
HOUSE_SYMBOLS = Gauge("oms_house_symbols", "Symbols of the house by state", ["state"], multiprocess_mode=_NEWEST)
REPLAY_ROWS = Counter("oms_replay_rows_total", "Rows of files sent to quotes")

LOG_INS = Counter("oms_log_ins_total", "Log-ins by password, by outcome", ["outcome"])
STREAM_SOCKETS = Gauge("oms_stream_sockets", "Open sockets", multiprocess_mode="livesum")
STREAM_FRAMES = Counter("oms_stream_frames_total", "Frames sent to sockets", ["channel"])
STREAM_CLOSED = Counter("oms_stream_closed_total", "Sockets closed by the server", ["code"])
DISCONNECTIONS = Counter("oms_disconnections_total", "Traders who lost the connection and wanted to be watched, by outcome", ["state"])
STREAM_PUSH_FAILED = Counter("oms_stream_push_failed_total", "Batches of frames that could not be pushed")

BREAK_GLASS = Counter("oms_break_glass_total", "What one person did alone in an emergency", ["kind"])
REVERSIONS_FAILED = Counter("oms_reversions_failed_total", "Approved changes that could not be undone when their time was over")
ALERTS = Counter("oms_alerts_total", "Alerts raised, once each", ["kind", "severity"])
