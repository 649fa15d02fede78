"""Instruments, and where each one's market was last put. Symbol is the primary key everywhere: it is what people and messages say."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from marketdata.models.calendars import TradingCalendar
from marketdata.models.digits import PRICE
from marketdata.models.phases import AUCTIONS, PHASES
from oms_site.infra.tracking.rows import tracked
from schemas.enums import Phase


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
