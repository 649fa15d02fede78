"""The blotter's ticket offers what order entry takes: its markup is compared with the tables."""

from html.parser import HTMLParser
from pathlib import Path

from orders.domain.entry import NEEDS, RESTING, TAKEN, TIMES
from schemas.enums import OrderType, SelfTradePrevention, TimeInForce

TEMPLATE = Path(__file__).parents[3] / "templates" / "blotter" / "ticket.html"


class Markup(HTMLParser):
    """Names of the fields, and the options of each select with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.options: dict[str, list[dict[str, str | None]]] = {}
        self._select = ""
        self.feed(TEMPLATE.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"input", "select"} and (name := given.get("name")):
            self.names.add(name)
            self._select = name if tag == "select" else self._select
        if tag == "option":
            self.options.setdefault(self._select, []).append(given)


MARKUP = Markup()


def words(name: str) -> list[str | None]:
    return [option["value"] for option in MARKUP.options[name]]


def test_it_has_every_field_that_a_person_fills_in() -> None:
    assert MARKUP.names == TAKEN - {"client_order_id"}


def test_it_offers_every_type_and_says_what_each_takes() -> None:
    types = {option["value"]: option for option in MARKUP.options["type"]}
    assert set(types) == set(OrderType)
    for kind, option in types.items():
        assert tuple((option["data-needs"] or "").split()) == NEEDS[kind or ""]
        assert tuple((option["data-times"] or "").split()) == TIMES[kind or ""]


def test_it_offers_every_time_in_force_and_says_which_rest() -> None:
    assert words("tif") == list(TimeInForce)
    assert tuple(option["value"] for option in MARKUP.options["tif"] if "data-rests" in option) == RESTING


def test_it_offers_every_mode_of_self_trade_prevention() -> None:
    assert words("self_trade_prevention") == list(SelfTradePrevention)
