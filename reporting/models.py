"""Positions and settlement obligations: folds of executions and trades."""

from django.db import models

from marketdata.models import PRICE
from oms_site.infra.tracking.rows import watched


@watched()
class Position(models.Model):
    """What an account holds of an instrument: average cost, realised P&L in the instrument's currency; negative is short."""

    account = models.ForeignKey("risk.Account", on_delete=models.PROTECT, db_column="account", related_name="+")
    symbol = models.ForeignKey("marketdata.Instrument", on_delete=models.PROTECT, db_column="symbol", related_name="+")
    quantity = models.DecimalField(**PRICE, default=0)
    cost = models.DecimalField(max_digits=38, decimal_places=16, default=0, help_text="signed cost of what is open")
    realised_pnl = models.DecimalField(max_digits=38, decimal_places=16, default=0)
    bought_quantity = models.DecimalField(**PRICE, default=0)
    sold_quantity = models.DecimalField(**PRICE, default=0)
    seq = models.BigIntegerField(default=0, help_text="the account's fill this position last changed with")
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "symbol"], name="position_once")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.symbol_id}"


class SettlementStatus(models.TextChoices):
    """Life of an obligation. Nothing is written settled at trade time."""

    INSTRUCTED = "instructed", "instructed"
    MATCHED = "matched", "matched"
    SETTLED = "settled", "settled"
    FAILED = "failed", "failed"


@watched()
class SettlementObligation(models.Model):
    """What one account owes and is owed for one trade, on its settlement date (T+1 business days), or for a correction of it.

    A correction (`revision` counts them from 1) delivers the fill as it was back (`reversal`) and the fill as it is anew.
    """

    id = models.CharField(max_length=40, primary_key=True, help_text="trade id and side, or the correction's execution")
    trade_id = models.CharField(max_length=32, db_index=True)
    account = models.ForeignKey("risk.Account", on_delete=models.PROTECT, db_column="account", related_name="+", db_index=False)
    symbol = models.ForeignKey("marketdata.Instrument", on_delete=models.PROTECT, db_column="symbol", related_name="+", db_index=False)
    side = models.CharField(max_length=4)
    quantity = models.DecimalField(**PRICE)
    amount = models.DecimalField(max_digits=38, decimal_places=16, help_text="cash in the instrument's currency")
    currency = models.CharField(max_length=3)
    trade_date = models.DateField()
    settlement_date = models.DateField(db_index=True)
    status = models.CharField(max_length=12, choices=SettlementStatus, default=SettlementStatus.INSTRUCTED)
    revision = models.PositiveSmallIntegerField(default=0, help_text="0 as traded")
    reversal = models.BooleanField(default=False, help_text="takes back what was instructed before")
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["status", "settlement_date"], name="settlement_due"),
            models.Index(fields=["account", "-id"], name="settlement_by_account"),
        ]

    def __str__(self) -> str:
        return self.id
