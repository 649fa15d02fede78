"""Bars of prints, and how far the prints of each symbol have come."""

from django.db import models
from django.db.models import Q

from marketdata.domain.candles import INTERVALS
from marketdata.models.digits import PRICE


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


class CandleRow(models.Model):
    """A candle with a key of one column, as the admin needs it: a view of the database over `Candle`, written by nobody."""

    key = models.CharField(max_length=64, primary_key=True)
    symbol = models.CharField(max_length=32)
    interval = models.CharField(max_length=3)
    start = models.DateTimeField()
    open = models.DecimalField(**PRICE)
    high = models.DecimalField(**PRICE)
    low = models.DecimalField(**PRICE)
    close = models.DecimalField(**PRICE)
    volume = models.DecimalField(max_digits=30, decimal_places=8)
    turnover = models.DecimalField(max_digits=50, decimal_places=16)
    trades = models.BigIntegerField()
    source = models.CharField(max_length=32)
    version = models.PositiveIntegerField()
    updated_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "marketdata_candlerow"
        verbose_name = "candle"
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["symbol", "interval", "start"], name="candle_row_once")]

    def __str__(self) -> str:
        return self.key
