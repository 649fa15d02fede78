"""The books: ledger accounts, journal entries with their lines, fee schedules and what fills were charged. ADR 0014."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from marketdata.models import PRICE
from oms_site.infra.tracking.rows import tracked, watched
from reporting.domain.ledger import AssetType, Cause, Kind
from reporting.guards import ACCOUNT_GUARDS, ENTRY_GUARDS, FEE_GUARDS, LINE_GUARDS, SCHEDULE_GUARDS

WIDE: dict[str, Any] = {"max_digits": 38, "decimal_places": 16}


@watched()
class LedgerAccount(models.Model):
    """Where lines are posted: of an owner, a kind, and a currency or an instrument. `balance` is the sum of its lines."""

    owner = models.CharField(max_length=32, help_text="a trading account; @CLEARING, @FIRM or @TAX are ours")
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value.replace("_", " ")) for kind in Kind])
    asset_type = models.CharField(max_length=10, choices=[(word.value, word.value) for word in AssetType])
    asset = models.CharField(max_length=32, help_text="ISO 4217, or a symbol")
    balance = models.DecimalField(**WIDE, default=0, help_text="above zero: owed to the owner")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "kind", "asset_type", "asset"], name="ledger_account_once")]
        indexes = [models.Index(fields=["asset_type", "asset"], name="ledger_account_by_asset")]
        triggers = ACCOUNT_GUARDS

    def __str__(self) -> str:
        return f"{self.owner} {self.kind} {self.asset}"


@watched()
class JournalEntry(models.Model):
    """Something that happened, posted once: its lines are zero in sum for each currency and instrument. Never changed, only reversed.

    Fills, their corrections and deposits have the account and, where there are, the instrument, order and trade they are about.
    """

    id = models.BigAutoField(primary_key=True)
    cause = models.CharField(max_length=12, choices=[(cause.value, cause.value) for cause in Cause])
    cause_id = models.CharField(max_length=40, help_text="execution, setting or instruction")
    account = models.CharField(max_length=32)
    symbol = models.CharField(max_length=32, blank=True)
    order_id = models.CharField(max_length=24, blank=True)
    trade_id = models.CharField(max_length=32, blank=True)
    reverses = models.BigIntegerField(null=True, help_text="the entry it takes back")
    lines = models.PositiveSmallIntegerField()
    time = models.DateTimeField(help_text="UTC; when it happened")

    class Meta:
        verbose_name_plural = "journal entries"
        constraints = [
            models.UniqueConstraint(fields=["cause", "cause_id"], name="journal_cause_once"),
            models.CheckConstraint(condition=Q(lines__gte=2), name="journal_entry_has_lines"),
            models.CheckConstraint(condition=Q(reverses=None) | Q(cause="reversal"), name="journal_reversal_says_so"),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="journal_by_account"),
            models.Index(fields=["trade_id"], condition=~Q(trade_id=""), name="journal_by_trade"),
            BrinIndex(fields=["time"], name="journal_time"),
        ]
        triggers = ENTRY_GUARDS

    def __str__(self) -> str:
        return f"{self.cause} {self.cause_id}"


class JournalLine(models.Model):
    """So much to one ledger account, signed."""

    pk = models.CompositePrimaryKey("entry", "number")
    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="postings", db_constraint=False, db_index=False)
    number = models.PositiveSmallIntegerField()
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="postings", db_constraint=False, db_index=False)
    amount = models.DecimalField(**WIDE)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="journal_line_moves")]
        triggers = LINE_GUARDS

    def __str__(self) -> str:
        return f"{self.entry_id}.{self.number}"


@tracked()
class FeeSchedule(models.Model):
    """What fills cost from a moment on. Never changed: one that follows it is set."""

    name = models.CharField(max_length=80)
    account = models.CharField(max_length=32, blank=True, help_text="blank: every account without one of its own")
    group = models.CharField("instrument group", max_length=32, blank=True, help_text="blank: every instrument")
    symbols = ArrayField(models.CharField(max_length=32), default=list, blank=True, help_text="the group's as it was set; none: all")
    currency = models.CharField(max_length=3, help_text="ISO 4217: of the instruments it is for, and of its amounts")
    tiers = models.JSONField(help_text="from, maker, taker, other: volume, and basis points, in decimal text")
    minimum = models.DecimalField(max_digits=20, decimal_places=8, default=0, help_text="of a fill's fee")
    maximum = models.DecimalField(max_digits=20, decimal_places=8, null=True, blank=True, help_text="of a fill's fee; none: unbounded")
    tax_bps = models.DecimalField("tax (basis points)", max_digits=12, decimal_places=4, default=0)
    tax_side = models.CharField(max_length=4, blank=True, choices=[("buy", "buy"), ("sell", "sell"), ("both", "both")])
    effective_from = models.DateTimeField(help_text="UTC; fills from then on")
    reason = models.CharField(max_length=200)
    set_at = models.DateTimeField()
    approval = models.OneToOneField("approvals.ChangeRequest", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(minimum__gte=0), name="fee_minimum_not_negative"),
            models.CheckConstraint(condition=Q(maximum=None) | Q(maximum__gte=models.F("minimum")), name="fee_maximum_not_below_minimum"),
            models.CheckConstraint(condition=Q(tax_bps__gte=0), name="fee_tax_not_negative"),
        ]
        triggers = SCHEDULE_GUARDS

    def __str__(self) -> str:
        return f"{self.name} from {self.effective_from:%Y-%m-%d %H:%M}"


@watched()
class FillFee(models.Model):
    """What a fill was charged, by which schedule (none: there was none); what takes it back is a row below zero."""

    id = models.CharField(max_length=40, primary_key=True, help_text="the fill's or correction's execution, -R where it is taken back")
    entry = models.BigIntegerField(help_text="the journal entry with its lines")
    account = models.CharField(max_length=32)
    symbol = models.CharField(max_length=32)
    order_id = models.CharField(max_length=24)
    trade_id = models.CharField(max_length=32)
    side = models.CharField(max_length=4)
    liquidity = models.CharField(max_length=8, blank=True)
    quantity = models.DecimalField(**PRICE)
    price = models.DecimalField(**PRICE)
    currency = models.CharField(max_length=3)
    notional = models.DecimalField(**WIDE)
    schedule = models.ForeignKey(FeeSchedule, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    bps = models.DecimalField("rate (basis points)", max_digits=12, decimal_places=4)
    fee = models.DecimalField(**WIDE, help_text="below zero: a rebate")
    tax = models.DecimalField(**WIDE)
    made_at = models.DateTimeField(help_text="UTC; when the fill was made")

    class Meta:
        indexes = [
            models.Index(fields=["account", "-entry"], name="fee_by_account"),
            models.Index(fields=["trade_id"], name="fee_by_trade"),
            models.Index(fields=["-entry"], name="fee_by_entry"),
            BrinIndex(fields=["made_at"], name="fee_time"),
        ]
        triggers = FEE_GUARDS

    def __str__(self) -> str:
        return self.id


@watched()
class TradedDay(models.Model):
    """What an account traded of an instrument on a day (UTC) as its fills stand now, and what that cost."""

    account = models.CharField(max_length=32)
    symbol = models.CharField(max_length=32)
    day = models.DateField()
    currency = models.CharField(max_length=3)
    notional = models.DecimalField(**WIDE)
    fee = models.DecimalField(**WIDE)
    tax = models.DecimalField(**WIDE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "symbol", "day"], name="traded_day_once")]

    def __str__(self) -> str:
        return f"{self.account} {self.symbol} {self.day}"
