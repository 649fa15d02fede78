"""Settlement: instructions with their steps, the rules they follow, and when which instrument settles. ADR 0016."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from marketdata.models import PRICE, Instrument, TradingCalendar
from oms_site.infra.tracking.rows import tracked, watched
from reporting.domain.settlement.table import State
from reporting.guards import STEP_GUARDS
from reporting.models.books import WIDE

STATES = [(state.value, state.value) for state in State]
_PERCENT: dict[str, Any] = {"max_digits": 5, "decimal_places": 2, "validators": [MinValueValidator(0), MaxValueValidator(100)]}


@watched()
class SettlementObligation(models.Model):
    """What one account owes and is owed for one trade, or for a correction of it, or netted for many: an instruction to be settled.

    A correction (`revision` counts them from 1) delivers the fill as it was back (`reversal`) and the fill as it is anew. What was netted
    ends so; the row named by `net_id` has the life from then on.
    """

    id = models.CharField(max_length=40, primary_key=True, help_text="trade id and side, the correction's execution, or of many netted: N")
    trade_id = models.CharField(max_length=32, db_index=True, blank=True)
    account = models.ForeignKey("risk.Account", on_delete=models.PROTECT, db_column="account", related_name="+", db_index=False)
    symbol = models.ForeignKey("marketdata.Instrument", on_delete=models.PROTECT, db_column="symbol", related_name="+", db_index=False)
    side = models.CharField(max_length=4)
    quantity = models.DecimalField(**PRICE)
    amount = models.DecimalField(**WIDE, help_text="cash in the instrument's currency, paid by a buyer; below zero a net buyer gets it")
    currency = models.CharField(max_length=3)
    trade_date = models.DateField()
    settlement_date = models.DateField(help_text="when it is due")
    status = models.CharField(max_length=12, choices=STATES, default=State.INSTRUCTED.value)
    revision = models.PositiveSmallIntegerField(default=0, help_text="0 as traded")
    reversal = models.BooleanField(default=False, help_text="takes back what was instructed before")
    updated_at = models.DateTimeField()
    net_id = models.CharField(max_length=40, blank=True, default="", db_default="", help_text="the instruction it was netted into")
    offset_quantity = models.DecimalField(**PRICE, default=Decimal(0), db_default=Decimal(0), help_text="netted: bought and sold again")
    offset_amount = models.DecimalField(**WIDE, default=Decimal(0), db_default=Decimal(0), help_text="of many netted: paid and got again")
    settled_quantity = models.DecimalField(**PRICE, default=Decimal(0), db_default=Decimal(0))
    settled_amount = models.DecimalField(**WIDE, default=Decimal(0), db_default=Decimal(0))
    penalties = models.DecimalField(**WIDE, default=Decimal(0), db_default=Decimal(0), help_text="what lateness cost; below zero brought")
    deliveries = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="parts that have moved")
    matched = models.BooleanField(default=False, db_default=False, help_text="the other side has told the same terms")
    sent = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="how often the clearing house was told")
    released = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="how often the custodian was asked to deliver")
    tried_on = models.DateField(null=True, blank=True, help_text="when one of them was last told or asked")
    cancel = models.CharField(max_length=8, blank=True, default="", db_default="", help_text="asked, or refused: its trade was busted")
    reason = models.CharField(max_length=24, blank=True, default="", db_default="", help_text="why it has not settled")
    fault = models.CharField(max_length=5, blank=True, default="", db_default="", help_text="whose fault that is: own or other")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(settled_quantity__gte=0, settled_quantity__lte=F("quantity")), name="settlement_not_beyond"),
            models.CheckConstraint(condition=~Q(status="settled") | Q(settled_quantity=F("quantity")), name="settlement_settled_is_all"),
            models.CheckConstraint(condition=Q(status="netted") | Q(net_id=""), name="settlement_netted_says_so"),
        ]
        indexes = [
            models.Index(fields=["status", "settlement_date"], name="settlement_due"),
            models.Index(fields=["account", "-id"], name="settlement_by_account"),
            models.Index(fields=["-settlement_date", "-id"], name="settlement_newest"),
            models.Index(fields=["trade_date"], condition=Q(status="instructed", sent=0), name="settlement_unsent"),
            models.Index(
                fields=["id"], condition=Q(status="instructed", sent=0, settlement_date=F("trade_date")), name="settlement_unsent_same_day"
            ),
            models.Index(fields=["trade_id"], condition=Q(status="instructed", sent=0, reversal=True), name="settlement_taking_back"),
            models.Index(fields=["net_id"], condition=~Q(net_id=""), name="settlement_netted_into"),
        ]

    def __str__(self) -> str:
        return self.id


@watched()
class SettlementStep(models.Model):
    """Something that happened to an instruction: what was sent, what the houses said and what that did, what the desk did."""

    id = models.CharField(max_length=80, primary_key=True, help_text="the message's: the same when it is said again")
    instruction = models.ForeignKey(SettlementObligation, on_delete=models.PROTECT, related_name="steps", db_constraint=False)
    time = models.DateTimeField(help_text="UTC; when it was said or done")
    source = models.CharField(max_length=10, help_text="house, clearing, custodian, or desk: a person of ours")
    word = models.CharField(max_length=16)
    attempt = models.PositiveSmallIntegerField(default=0)
    quantity = models.DecimalField(**PRICE, default=0, help_text="what moved with it")
    amount = models.DecimalField(**WIDE, default=0, help_text="the cash that moved against it")
    penalty = models.DecimalField(**WIDE, default=0, help_text="what its lateness cost the account; below zero brought it")
    compensation = models.DecimalField(**WIDE, default=0, help_text="what a buy-in cost it beyond the terms")
    reason = models.CharField(max_length=200, blank=True)
    effect = models.CharField(max_length=12, default="applied", help_text="applied, repeated or contradicted")
    entry = models.BigIntegerField(null=True, help_text="the journal entry it posted")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["instruction"], condition=~Q(penalty=0) | ~Q(compensation=0), name="settlement_step_costs")]
        triggers = STEP_GUARDS

    def __str__(self) -> str:
        return self.id


@tracked()
class SettlementRules(models.Model):
    """How settlement works: one row. The odds are of the simulated houses alone."""

    netting = models.BooleanField(default=True, help_text="one instruction an account, instrument and date")
    penalty_bps = models.DecimalField(
        "penalty (basis points a day)",
        max_digits=8,
        decimal_places=4,
        default=Decimal(1),
        validators=[MinValueValidator(0), MaxValueValidator(1_000)],
        help_text="of the cash of what is late, for each calendar day, paid by whose fault it is",
    )
    buy_in_days = models.PositiveSmallIntegerField(default=4, validators=[MaxValueValidator(365)], help_text="days late, at least")
    seed = models.PositiveIntegerField(default=1, validators=[MaxValueValidator(2**31 - 1)], help_text="the same seed, the same outcomes")
    fail = models.DecimalField("fail (percent)", **_PERCENT, default=Decimal(2), help_text="of deliveries fail, each day anew")
    late = models.DecimalField("late (percent)", **_PERCENT, default=Decimal(1), help_text="of deliveries are not answered on their day")
    partial = models.DecimalField("partial (percent)", **_PERCENT, default=Decimal(2), help_text="of deliveries move a part")
    mismatch = models.DecimalField("mismatch (percent)", **_PERCENT, default=Decimal(1), help_text="of instructions do not match at first")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "settlement rules"
        verbose_name_plural = "settlement rules"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="settlement_rules_once")]

    def __str__(self) -> str:
        return "settlement rules"


@tracked(parents={"marketdata.instrument": "instrument"})
class SettlementCycle(models.Model):
    """After how many settlement days an instrument's trades settle. One without a row settles on T+1."""

    instrument = models.OneToOneField(Instrument, primary_key=True, on_delete=models.CASCADE, related_name="settlement_cycle")
    days = models.PositiveSmallIntegerField(default=1, validators=[MaxValueValidator(10)], help_text="T+n; for trades from then on")
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.instrument_id} T+{self.days}"


@tracked()
class CurrencyCalendar(models.Model):
    """The calendar of days on which a currency is paid. One without a row is paid from Monday to Friday."""

    currency = models.CharField(max_length=3, primary_key=True, help_text="ISO 4217")
    calendar = models.ForeignKey(TradingCalendar, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.currency} {self.calendar_id}"
