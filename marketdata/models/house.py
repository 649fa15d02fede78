"""The house liquidity provider: how it is told to quote, and what it last told of itself."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from marketdata.models.digits import PRICE
from marketdata.models.instruments import Instrument
from oms_site.infra.tracking.rows import tracked


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
