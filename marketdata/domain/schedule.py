"""What a calendar asks of a market now: from where the market was last put, what has come since, and what a person decided. Pure."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import groupby, pairwise
from typing import NamedTuple

from marketdata.domain.calendar import Calendar, Transition, in_force, previous_business_day, session_of, trade_date, transitions
from schemas.enums import AuctionKind, Phase

_AUCTION, _CLOSED, _HALTED = Phase.AUCTION.value, Phase.CLOSED.value, Phase.HALTED.value
_VOLATILITY = AuctionKind.VOLATILITY.value


class Standing(NamedTuple):
    """Where a market was last put: for which date, into which phase, and whether a person did it."""

    trade_date: date
    phase: str
    auction: str | None = None
    by_hand: bool = False

    @property
    def closed(self) -> bool:
        """Whether its date is over."""
        return self.phase == _CLOSED


class Change(NamedTuple):
    """One change of phase to be made. `uncross` first: an auction that the calendar ends by closing ends with trades, as any other."""

    at: datetime
    to: Standing
    uncross: bool = False


def due(calendar: Calendar, standing: Standing, since: datetime, now: datetime) -> list[Change]:
    """What came after `since` and not after `now`, in order, as it is to be applied.

    Nothing of a date that was closed before is applied again. Dates that were missed as a whole are told by the closing of the last of
    them, which ends the others too: nobody could enter an order for them, and a market is not opened for a moment of the past.
    """
    came = _without_missed_days(calendar, transitions(calendar, since, now))
    return list(_changes(standing, (step for step in came if not (standing.closed and step.trade_date <= standing.trade_date))))


def into_line(calendar: Calendar, standing: Standing, now: datetime) -> list[Change]:
    """What puts a market where another calendar wants it at `now`.

    What a person decided stands until the date it was decided for has ended. A date that the new calendar has ended, or does not have,
    is closed; one that was closed is not opened again.
    """
    current, ended = trade_date(calendar, now), previous_business_day(calendar, trade_date(calendar, now))
    over = standing.trade_date < current
    if standing.by_hand and not over:
        return []
    target, last = in_force(calendar, now), max(ended, standing.trade_date)
    wanted = [Transition(now, last, _CLOSED)] if over and (not standing.closed or standing.trade_date < ended) else []
    if target.closes:
        if not over and not standing.closed:
            wanted.append(target)
    elif not (standing.closed and standing.trade_date >= target.trade_date) and (wanted or Standing(*target[1:]) != standing):
        wanted.append(target)
    return list(_changes(standing, wanted))


def _without_missed_days(calendar: Calendar, came: Iterable[Transition]) -> Iterator[Transition]:
    by_day = [(day, list(steps)) for day, steps in groupby(came, key=lambda step: step.trade_date)]
    missed = [len(steps) == len(session_of(calendar, day)) for day, steps in by_day]
    for (_, steps), (whole, and_next) in zip(by_day, pairwise([*missed, False]), strict=True):
        if not whole:
            yield from steps
        elif not and_next:
            yield steps[-1]


def _changes(standing: Standing, steps: Iterable[Transition]) -> Iterator[Change]:
    """A halt by a person outlives a roll from one date to the next (a closing and an opening in one moment), no other opening."""
    before, closed_at = standing, None
    held = standing.by_hand and standing.phase == _HALTED
    for step in steps:
        held = held and (step.closes or step.at == closed_at)
        kept = held and not step.closes
        to = Standing(step.trade_date, _HALTED if kept else step.phase, None if kept else step.auction, by_hand=kept)
        yield Change(step.at, to, uncross=step.closes and before.phase == _AUCTION and before.auction != _VOLATILITY)
        before, closed_at = to, step.at if step.closes else closed_at
