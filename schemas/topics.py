"""The table of topics: key, partitions, retention, record, and who writes and reads each."""

from dataclasses import dataclass

from schemas.messages import BookUpdate, Execution, OrderCommand, Quote, SettlementAdvice, SettlementInstruction, Trade

FOREVER = -1
DAY_MS = 24 * 60 * 60 * 1000
PARTITIONS = 4


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. `key` names the field of the record that is its key; `subject` is where its schema is registered."""

    name: str
    record: type
    key: str
    retention_ms: int
    partitions: int = PARTITIONS
    purpose: str = ""

    @property
    def subject(self) -> str:
        """The registry's subject (TopicNameStrategy)."""
        return f"{self.name}-value"

    @property
    def dead_letters(self) -> str:
        """The topic where records go that no handler can take."""
        return f"{self.name}.dead"


QUOTES = Topic("quotes", Quote, "symbol", DAY_MS, purpose="market data as it came: replayed or synthetic")
ORDERS = Topic("orders", OrderCommand, "account", FOREVER, purpose="commands and controls, in the order they were acknowledged")
KILLS = Topic("kills", OrderCommand, "account", DAY_MS, partitions=1, purpose="kills as in `orders`, told ahead of the orders before them")
ORDERS_VALIDATED = Topic(
    "orders.validated", OrderCommand, "symbol", FOREVER, purpose="commands that passed risk, for the symbol's matching worker"
)
MATCHING_REPORTS = Topic(
    "matching.reports", Execution, "account", FOREVER, purpose="what matching did to an account's orders, not yet numbered"
)
EXECUTIONS = Topic("executions", Execution, "account", FOREVER, purpose="the life-cycle log: numbered per account by its one writer, risk")
TRADES = Topic("trades", Trade, "symbol", FOREVER, purpose="one record per match")
BOOK = Topic("book", BookUpdate, "symbol", DAY_MS, purpose="changed price levels, sequenced")
SETTLEMENT_INSTRUCTIONS = Topic(
    "settlement.instructions", SettlementInstruction, "account", FOREVER, purpose="what clearing house and custodian are asked to do"
)
SETTLEMENT_STATUS = Topic("settlement.status", SettlementAdvice, "account", FOREVER, purpose="what clearing house and custodian say")

TOPICS: tuple[Topic, ...] = (
    *(QUOTES, ORDERS, KILLS, ORDERS_VALIDATED, MATCHING_REPORTS, EXECUTIONS, TRADES, BOOK),
    *(SETTLEMENT_INSTRUCTIONS, SETTLEMENT_STATUS),
)
BY_NAME: dict[str, Topic] = {topic.name: topic for topic in TOPICS}
