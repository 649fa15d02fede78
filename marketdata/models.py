"""Instruments and the latest state of their market. Symbol is the primary key everywhere: it is what people and messages say."""

from decimal import Decimal
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

PRICE: dict[str, Any] = {"max_digits": 20, "decimal_places": 8}
"""Digits of every price and quantity column: units of 1e-8 fit exactly (`schemas.units`)."""


class Instrument(models.Model):
    """What can be traded. Changes of tick, lot, largest quantity and status travel to the workers through the log."""

    symbol = models.CharField(max_length=32, primary_key=True)
    name = models.CharField(max_length=80)
    mic = models.CharField("MIC", max_length=4, default="XOMS", help_text="ISO 10383 market identifier")
    cfi = models.CharField("CFI", max_length=6, default="ESVUFR", help_text="ISO 10962 classification")
    currency = models.CharField(max_length=3, default="USD", help_text="ISO 4217")
    tick = models.DecimalField(**PRICE, default=Decimal("0.01"), validators=[MinValueValidator(Decimal("0.00000001"))])
    lot = models.DecimalField(**PRICE, default=Decimal(1), validators=[MinValueValidator(Decimal("0.00000001"))])
    max_quantity = models.DecimalField(**PRICE, default=Decimal(1_000_000), help_text="largest quantity of one order")
    tradable = models.BooleanField(default=True, help_text="off: new orders and replaces are rejected, cancels pass")
    provide_liquidity = models.BooleanField(default=True, help_text="the house liquidity provider quotes it")
    reference_price = models.DecimalField(**PRICE, help_text="where the synthetic market starts")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(tick__gt=0) & Q(lot__gt=0), name="instrument_tick_lot_positive"),
            models.CheckConstraint(condition=Q(max_quantity__gt=0), name="instrument_max_quantity_positive"),
        ]

    def __str__(self) -> str:
        return self.symbol


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
    quality = models.CharField(max_length=8, help_text="good, locked, crossed or zero")
    source = models.CharField(max_length=32, blank=True)
    time = models.DateTimeField(help_text="the source's time")
    received_at = models.DateTimeField(help_text="when the row reached the topic")
    good_bid = models.DecimalField(**PRICE, null=True, help_text="bid of the newest quote of good quality")
    good_ask = models.DecimalField(**PRICE, null=True)
    good_received_at = models.DateTimeField(null=True)

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

    class Meta:
        verbose_name = "depth"
        verbose_name_plural = "depth"

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
