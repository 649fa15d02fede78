"""`manage.py synthetic_quotes`: a seeded market into the topic, for as long as asked."""

import os
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from fractions import Fraction
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from marketdata import services
from marketdata.domain.synthetic import COURSES, SyntheticMarket
from marketdata.listings import listing_of, middle
from marketdata.publishing import TopicWriter
from marketdata.replay.claimed import ClaimedSymbols
from marketdata.replay.clock import FeedClock
from marketdata.replay.feed import QuoteFeed
from marketdata.replay.holder import this_holder
from marketdata.replay.progress import FeedProgress
from marketdata.selectors import instruments_by_symbol, latest_good_quotes, to_microseconds
from oms_site.infra.bus.connection import bus, wire
from oms_site.infra.bus.ports import BusError
from schemas.errors import RegistryError
from schemas.messages import Quote
from schemas.topics import QUOTES

FAILED, BUSY = 1, 3


def whole(text: str) -> int:
    """A whole number above 0."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:12]) <= 1_000_000:
        raise ArgumentTypeError("a whole number from 1 to 1000000")
    return int(text)


def turn(text: str) -> tuple[int, str]:
    """A step and the regime from it on, as 300:crash."""
    step, _, regime = text.partition(":")
    if not step.isascii() or not step.isdigit() or len(step) > 12 or regime not in COURSES:
        raise ArgumentTypeError(f"STEP:REGIME, as 300:crash; the regime one of {', '.join(COURSES)}")
    return int(step), regime


def tape(market: SyntheticMarket, start: int, rate: int, seconds: int | None, turns: Mapping[int, str] | None = None) -> Iterator[Quote]:
    """Every symbol `rate` times a second from `start` (microseconds), for `seconds` or without end; at the steps of `turns` the regime
    changes. Seed, regime and turns decide all else.
    """
    step, turns = 0, turns or {}
    while seconds is None or step < rate * seconds:
        if step in turns:
            market.turn_to(turns[step])
        time = start + step * 1_000_000 // rate
        yield from market.step(time)
        step += 1


def _begin(market: SyntheticMarket, options: dict[str, Any]) -> None:
    """Take the prices there are, if asked to, and say so in the audit trail."""
    if options["continue"]:
        for symbol, quote in latest_good_quotes(market.symbols).items():
            market.continue_from(symbol, middle(quote.bid, quote.ask))
    asked = {name: options[name] for name in ("seed", "regime", "rate", "seconds", "continue", "turn")}
    services.feed_told(feed="synthetic", detail=asked | {"holder": this_holder(), "uid": os.getuid()}, now=timezone.now())


class Command(BaseCommand):
    """Exit codes: 0 done or stopped by a signal, 1 failed, 2 wrong usage, 3 another feed has one of the symbols."""

    help = "Send a synthetic market of all instruments to the topic: the same seed gives the same prices, sizes and prints."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See `help` of each."""
        parser.add_argument("--seed", type=whole, default=1)
        parser.add_argument("--regime", choices=COURSES, default="calm", help="session: a course of regimes drawn by the seed")
        parser.add_argument("--rate", type=whole, default=5, help="rows a second of each symbol (default 5)")
        parser.add_argument("--turn", type=turn, action="append", default=[], metavar="STEP:REGIME", help="another regime from a step on")
        parser.add_argument("--seconds", type=whole, help="how long (default: until stopped)")
        parser.add_argument("--continue", action="store_true", help="begin where prices are now, not at the reference prices")

    def handle(self, *args: Any, **options: Any) -> None:
        """Claim the symbols, send at the pace of the clock."""
        clock = FeedClock()
        rows = instruments_by_symbol()
        if not rows:
            raise CommandError("there is no instrument: run seed_demo, or add one in the admin", returncode=FAILED)
        market = SyntheticMarket(map(listing_of, rows.values()), seed=options["seed"], regime=options["regime"])
        total = options["seconds"] and options["seconds"] * options["rate"] * len(rows)
        try:
            with ExitStack() as stack:
                stack.enter_context(clock.signals())
                claim = stack.enter_context(ClaimedSymbols(list(rows), clock.stop))
                _begin(market, options)
                writer = TopicWriter(bus(), wire(), QUOTES, client_id="synthetic-command")
                stack.callback(writer.close)
                progress = stack.enter_context(FeedProgress(f"synthetic, {options['regime']}", total))

                def alive(sent: int) -> None:
                    claim.keep()
                    progress.show(sent)

                feed = QuoteFeed(send=writer.send, alive=alive, clock=clock, speed=Fraction(1))
                feed.run(tape(market, to_microseconds(timezone.now()), options["rate"], options["seconds"], dict(options["turn"])))
        except services.SymbolClaimed as error:
            raise CommandError(error.message, returncode=BUSY) from None
        except (services.ClaimLost, BusError, RegistryError) as error:
            raise CommandError(f"{error}; run it again", returncode=FAILED) from None
        self.stdout.write(f"synthetic, {options['regime']}, seed {options['seed']}: sent {feed.sent} rows")
