"""Instruments and the latest state of their market. Symbol is the primary key everywhere: it is what people and messages say."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from marketdata.domain.candles import INTERVALS
from marketdata.models_replay import QuoteReplay  # noqa: F401 - a model of this app
from oms_site.infra.tracking.rows import tracked
from schemas.enums import AuctionKind, Phase

PRICE: dict[str, Any] = {"max_digits": 20, "decimal_places": 8}
"""Digits of every price and quantity column: units of 1e-8 fit exactly (`schemas.units`)."""


PHASES = [(phase.value, phase.value.replace("_", " ")) for phase in Phase]
AUCTIONS = [(kind.value, kind.value) for kind in AuctionKind]


@tracked()
class TradingCalendar(models.Model):
    """When the markets that follow it are in which phase. Lines and days are its parts: one change of any of them raises `version`."""

    code = models.CharField(max_length=32, primary_key=True, help_text="a MIC, or any short name")
    name = models.CharField(max_length=80)
    zone = models.CharField(
        "time zone", max_length=64, default="UTC", help_text="IANA name, as America/New_York; all times are its wall clock's"
    )
    always_open = models.BooleanField(
        default=False, help_text="every day from midnight to midnight; then it has no lines and no days of its own"
    )
    version = models.PositiveIntegerField(default=1)
    digest = models.CharField(max_length=64, blank=True, editable=False, help_text="SHA-256 of all it says: readers keep it by this")

    class Meta:
        verbose_name = "trading calendar"

    def __str__(self) -> str:
        return self.code


class SessionDay(models.IntegerChoices):
    """Which days a line is for: a weekday, or every half day."""

    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"
    HALF_DAY = 7, "half day"


class DayOffset(models.IntegerChoices):
    """When a line is, seen from the business date."""

    EVENING_BEFORE = -1, "the day before"
    SAME_DAY = 0, "on the day"
    MIDNIGHT = 1, "24:00"


@tracked(parents={"marketdata.tradingcalendar": "calendar"})
class SessionLine(models.Model):
    """One step of a weekday's session: from this time on this phase. The last line of a day closes it."""

    calendar = models.ForeignKey(TradingCalendar, on_delete=models.CASCADE, related_name="lines")
    day = models.PositiveSmallIntegerField(choices=SessionDay, help_text="the business date's weekday")
    offset = models.SmallIntegerField("when", choices=DayOffset, default=DayOffset.SAME_DAY)
    at = models.TimeField("time")
    phase = models.CharField(max_length=10, choices=PHASES)
    auction = models.CharField(max_length=10, choices=AUCTIONS, blank=True, help_text="of an auction: which one")

    class Meta:
        verbose_name = "session line"
        constraints = [models.UniqueConstraint(fields=["calendar", "day", "offset", "at"], name="session_line_once")]

    def __str__(self) -> str:
        return f"{self.calendar_id} {self.get_day_display()} {self.at:%H:%M} {self.phase}"


class CalendarDayKind(models.TextChoices):
    """What is unlike on a day."""

    HOLIDAY = "holiday", "holiday"
    HALF_DAY = "half_day", "half day"


@tracked(parents={"marketdata.tradingcalendar": "calendar"})
class CalendarDay(models.Model):
    """A date that is not as its weekday: without a session, or with the half day's."""

    calendar = models.ForeignKey(TradingCalendar, on_delete=models.CASCADE, related_name="days")
    date = models.DateField()
    kind = models.CharField(max_length=8, choices=CalendarDayKind, default=CalendarDayKind.HOLIDAY)
    name = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = "calendar day"
        constraints = [models.UniqueConstraint(fields=["calendar", "date"], name="calendar_day_once")]

    def __str__(self) -> str:
        return f"{self.calendar_id} {self.date} {self.kind}"


@tracked()
class Instrument(models.Model):
    """What can be traded. Changes of tick, lot, largest quantity, band and status travel to the workers through the log."""

    symbol = models.CharField(max_length=32, primary_key=True)
    name = models.CharField(max_length=80)
    mic = models.CharField("MIC", max_length=4, default="XOMS", help_text="ISO 10383 market identifier")
    cfi = models.CharField("CFI", max_length=6, default="ESVUFR", help_text="ISO 10962 classification")
    currency = models.CharField(max_length=3, default="USD", help_text="ISO 4217")
    group = models.CharField(max_length=32, blank=True, help_text="entitlements can be given for a group of instruments")
    tick = models.DecimalField(**PRICE, default=Decimal("0.01"), validators=[MinValueValidator(Decimal("0.00000001"))])
    lot = models.DecimalField(**PRICE, default=Decimal(1), validators=[MinValueValidator(Decimal("0.00000001"))])
    max_quantity = models.DecimalField(**PRICE, default=Decimal(1_000_000), help_text="largest quantity of one order")
    tradable = models.BooleanField(default=True, help_text="off: new orders and replaces are rejected, cancels pass")
    delisted = models.BooleanField(default=False, editable=False, help_text="no feed tells it and nobody may trade it until it is relisted")
    reference_price = models.DecimalField(**PRICE, help_text="where the synthetic market starts, and the band before the first trade")
    calendar = models.ForeignKey(
        TradingCalendar,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="instruments",
        help_text="none: open around the clock, business dates are UTC's",
    )
    band = models.DecimalField(
        "band (percent)",
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.0001")), MaxValueValidator(Decimal("99.9999"))],
        help_text="a trade further than this from the last auction's price calls a volatility auction; none: no such pause",
    )
    pause_seconds = models.PositiveIntegerField(
        default=120, validators=[MinValueValidator(1), MaxValueValidator(86_400)], help_text="how long a volatility auction collects"
    )
    jump = models.DecimalField(
        "jump (percent)",
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.0001")), MaxValueValidator(Decimal("999.9999"))],
        help_text="a quote further than this from the last good one is not believed until others confirm it; none: 20",
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(delisted=False) | Q(tradable=False), name="instrument_delisted_not_tradable"),
            models.CheckConstraint(condition=Q(jump=None) | Q(jump__gt=0), name="instrument_jump_positive"),
            models.CheckConstraint(condition=Q(band=None) | Q(band__gt=0, band__lt=100), name="instrument_band_percent"),
            models.CheckConstraint(condition=Q(pause_seconds__gt=0), name="instrument_pause_positive"),
            models.CheckConstraint(condition=Q(tick__gt=0) & Q(lot__gt=0), name="instrument_tick_lot_positive"),
            models.CheckConstraint(condition=Q(max_quantity__gt=0), name="instrument_max_quantity_positive"),
        ]

    def __str__(self) -> str:
        return self.symbol

    @property
    def listing(self) -> str:
        """Where it stands in its life: trading, suspended or delisted."""
        return "delisted" if self.delisted else "trading" if self.tradable else "suspended"


@tracked(exclude=["due_at"], parents={"marketdata.instrument": "instrument"})
class InstrumentSchedule(models.Model):
    """What was last done to the phase of an instrument's market, and when its calendar is due again.

    `transition_at` is the calendar's moment up to which everything is done; `due_at` None asks for a look at once (new, or its calendar
    was changed). `by_hand` says that a person put the market where it is. `pause_answered` is the beginning of the volatility pause
    that was last ended or overruled.
    """

    instrument = models.OneToOneField(Instrument, primary_key=True, on_delete=models.CASCADE, related_name="schedule")
    trade_date = models.DateField()
    phase = models.CharField(max_length=10, choices=PHASES, default=Phase.CONTINUOUS.value)
    auction = models.CharField(max_length=10, choices=AUCTIONS, blank=True)
    transition_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, db_index=True)
    by_hand = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    pause_answered = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "market schedule"

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.phase}"


@tracked(parents={"marketdata.instrument": "instrument"})
class HouseQuoting(models.Model):
    """How the house quotes an instrument. One without a row is quoted by the fields' defaults."""

    instrument = models.OneToOneField(Instrument, primary_key=True, on_delete=models.CASCADE, related_name="quoting")
    on = models.BooleanField(default=True, help_text="off: its quotes are taken out, nothing else changes")
    levels = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(10)], help_text="orders on each side, 1 to 10"
    )
    step = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(1_000)], help_text="ticks between two levels, 1 to 1,000"
    )
    size = models.DecimalField(
        **PRICE, null=True, blank=True, help_text="of each level, in whole lots; none: worth about 500,000 at the reference price"
    )
    skew = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(1_000)],
        help_text="ticks both sides move against a full inventory; less before it",
    )
    max_inventory = models.DecimalField(
        **PRICE, null=True, blank=True, help_text="long or short, open quotes included, in whole lots; none: 20 sizes of a level"
    )
    min_spread = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(10_000)], help_text="ticks from its best bid to its best ask"
    )
    interval_ms = models.PositiveIntegerField(
        "interval (ms)",
        default=1_000,
        validators=[MinValueValidator(100), MaxValueValidator(60_000)],
        help_text="how much of the market becomes one step, 100 to 60,000 ms",
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "house quoting"
        verbose_name_plural = "liquidity"
        constraints = [
            models.CheckConstraint(condition=Q(levels__range=(1, 10), step__gte=1, min_spread__gte=1), name="house_levels"),
            models.CheckConstraint(condition=Q(interval_ms__range=(100, 60_000)), name="house_interval"),
            models.CheckConstraint(condition=Q(size=None) | Q(size__gt=0), name="house_size_positive"),
            models.CheckConstraint(condition=Q(max_inventory=None) | Q(max_inventory__gt=0), name="house_inventory_positive"),
        ]

    def __str__(self) -> str:
        return str(self.instrument_id)


class HouseState(models.Model):
    """What the house's worker last told of a symbol. `told_at` is when: one that is old says that nobody tells any more."""

    symbol = models.CharField(max_length=32, primary_key=True)
    state = models.CharField(max_length=10, help_text="quoting, one-sided or withdrawn")
    why = models.CharField(max_length=80, blank=True, help_text="why it does not quote both sides")
    inventory = models.DecimalField(**PRICE)
    bid = models.DecimalField(**PRICE, null=True, help_text="the best it shows")
    ask = models.DecimalField(**PRICE, null=True)
    bid_size = models.DecimalField(**PRICE, help_text="of all its levels")
    ask_size = models.DecimalField(**PRICE)
    orders = models.PositiveSmallIntegerField()
    refusals = models.PositiveIntegerField(help_text="since the worker started")
    refused_with = models.CharField(max_length=40, blank=True, help_text="the last refusal's code")
    told_at = models.DateTimeField()

    class Meta:
        verbose_name = "house state"

    def __str__(self) -> str:
        return f"{self.symbol} {self.state}"


class LatestQuote(models.Model):
    """The newest quote of a symbol. `seq` rises by one with each conflated update and is the sequence of the stream's channel `quotes`."""

    symbol = models.CharField(max_length=32, primary_key=True)
    seq = models.BigIntegerField()
    bid = models.DecimalField(**PRICE)
    ask = models.DecimalField(**PRICE)
    bid_size = models.DecimalField(**PRICE, null=True)
    ask_size = models.DecimalField(**PRICE, null=True)
    last = models.DecimalField(**PRICE, null=True)
    last_size = models.DecimalField(**PRICE, null=True)
    event = models.CharField(max_length=1)
    quality = models.CharField(max_length=8, help_text="good, locked, crossed, zero or absurd")
    source = models.CharField(max_length=32, blank=True)
    time = models.DateTimeField(help_text="the source's time")
    received_at = models.DateTimeField(help_text="when the row reached the topic")
    good_bid = models.DecimalField(**PRICE, null=True, help_text="bid of the newest quote of good quality")
    good_ask = models.DecimalField(**PRICE, null=True)
    good_received_at = models.DateTimeField(null=True)
    good_source = models.CharField(max_length=32, blank=True)
    doubted = models.DecimalField(max_digits=21, decimal_places=8, default=0, help_text="bid and ask together of the last absurd quote")
    doubts = models.PositiveIntegerField(default=0, help_text="absurd quotes that agree with each other, since the last good one")
    doubted_since = models.DateTimeField(null=True)
    rows = models.BigIntegerField("quotes", default=0)
    locked = models.BigIntegerField(default=0)
    crossed = models.BigIntegerField(default=0)
    zero = models.BigIntegerField(default=0)
    absurd = models.BigIntegerField(default=0)
    silences = models.BigIntegerField(default=0, help_text="times the newest quote had become stale before the next one came")

    class Meta:
        verbose_name = "latest quote"

    def __str__(self) -> str:
        return self.symbol


class DepthSnapshot(models.Model):
    """The newest depth of a symbol's book (best 100 levels a side) as `[[price, quantity, orders], …]` in decimal text.

    `seq` is the sequence of the stream's channel `book`; `book_seq` is the topic's sequence this depth has reached; `replay_from` is the
    offset of the last whole book on the topic, from where a restarted reader rebuilds it.
    """

    symbol = models.CharField(max_length=32, primary_key=True)
    seq = models.BigIntegerField()
    bids = models.JSONField()
    asks = models.JSONField()
    last = models.DecimalField(**PRICE, null=True)
    partition = models.PositiveSmallIntegerField()
    replay_from = models.BigIntegerField()
    book_seq = models.BigIntegerField()
    updated_at = models.DateTimeField()
    phase = models.CharField(max_length=10, choices=PHASES, default=Phase.CONTINUOUS.value)
    auction = models.CharField(max_length=10, choices=AUCTIONS, blank=True)
    phase_since = models.DateTimeField(null=True)
    phase_reason = models.CharField(max_length=200, blank=True)
    trade_date = models.DateField(null=True)
    indicative_price = models.DecimalField(**PRICE, null=True, help_text="what an uncross would give now")
    indicative_quantity = models.DecimalField(**PRICE, null=True)
    imbalance = models.DecimalField(**PRICE, null=True, help_text="above zero: buyers would be left over")

    class Meta:
        verbose_name = "depth"
        verbose_name_plural = "depth"
        indexes = [models.Index(fields=["phase_since"], condition=Q(auction=AuctionKind.VOLATILITY.value), name="depth_paused")]

    def __str__(self) -> str:
        return self.symbol


class FeedClaim(models.Model):
    """A feed's right to be the only source of a symbol: the synthetic market is silent for it until `until`.

    `holder` is host, process and start of the feed that renews it; once `finished`, the claim only keeps the synthetic market away a
    little longer and anyone may take it over.
    """

    symbol = models.CharField(max_length=32, primary_key=True)
    holder = models.CharField(max_length=120)
    until = models.DateTimeField()
    finished = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.symbol}: {self.holder}"


class Candle(models.Model):
    """The prints of one symbol in one stretch of time. `start` is its first moment; of interval 1d, its business date at midnight UTC.

    `first_at` and `last_at` are the venue's times of the prints that opened and closed it; `version` rises with each change, so that a
    correction by a late print is seen.
    """

    pk = models.CompositePrimaryKey("symbol", "interval", "start")
    symbol = models.CharField(max_length=32)
    interval = models.CharField(max_length=3, choices=[(word, word) for word in INTERVALS])
    start = models.DateTimeField()
    open = models.DecimalField(**PRICE)
    high = models.DecimalField(**PRICE)
    low = models.DecimalField(**PRICE)
    close = models.DecimalField(**PRICE)
    volume = models.DecimalField(max_digits=30, decimal_places=8)
    turnover = models.DecimalField(max_digits=50, decimal_places=16, help_text="sum of price times size")
    trades = models.BigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    source = models.CharField(max_length=32, blank=True, help_text="the feed of its newest print")
    version = models.PositiveIntegerField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(low__gt=0, low__lte=models.F("open"), high__gte=models.F("open"))
                & Q(low__lte=models.F("close"), high__gte=models.F("close")),
                name="candle_range",
            ),
            models.CheckConstraint(condition=Q(volume__gt=0, trades__gt=0, version__gt=0), name="candle_has_prints"),
        ]

    def __str__(self) -> str:
        return f"{self.symbol} {self.interval} {self.start:%Y-%m-%dT%H:%M:%SZ}"


class PrintTape(models.Model):
    """How far the prints of a symbol have come: the newest one (by the venue's time) of its feed, and how many were out of order."""

    symbol = models.CharField(max_length=32, primary_key=True)
    source = models.CharField(max_length=32, blank=True)
    at = models.DateTimeField(help_text="the venue's time of the newest print")
    price = models.DecimalField(**PRICE)
    size = models.DecimalField(**PRICE)
    prints = models.BigIntegerField(default=0)
    late = models.BigIntegerField(default=0, help_text="told after a newer one: they corrected their bars")
    left = models.BigIntegerField(default=0, help_text="so late that at least one interval no longer takes them")
    seq = models.BigIntegerField(default=0, help_text="sequence of the stream's channel candles, all intervals")

    class Meta:
        verbose_name = "tape of prints"
        verbose_name_plural = "tapes of prints"

    def __str__(self) -> str:
        return self.symbol
