"""The latest state of each symbol's market, and who may feed it."""

from django.db import models
from django.db.models import Q

from marketdata.models.digits import PRICE
from marketdata.models.phases import AUCTIONS, PHASES
from schemas.enums import AuctionKind, Phase


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
