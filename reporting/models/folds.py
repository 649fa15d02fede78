"""Positions, and what the drop copy has counted: folds of executions and trades."""

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


class CopiedOrder(models.Model):
    """What the log alone says of an order: counted by the drop copy, which shares no code with the projection it is compared with."""

    id = models.CharField(max_length=24, primary_key=True)
    account = models.CharField(max_length=32)
    symbol = models.CharField(max_length=32)
    seq = models.BigIntegerField(help_text="the account's record it last changed with")
    steps = models.PositiveIntegerField()
    quantity = models.DecimalField(**PRICE)
    price = models.DecimalField(**PRICE, null=True)
    cum_quantity = models.DecimalField(**PRICE)
    leaves_quantity = models.DecimalField(**PRICE)
    cum_notional = models.DecimalField(max_digits=38, decimal_places=16)

    class Meta:
        indexes = [models.Index(fields=["id"], condition=models.Q(leaves_quantity__gt=0), name="copied_order_open")]

    def __str__(self) -> str:
        return self.id


class CopiedPosition(models.Model):
    """What the log alone says of an account's quantity of an instrument, and of the cash it got for it."""

    account = models.CharField(max_length=32)
    symbol = models.CharField(max_length=32)
    quantity = models.DecimalField(**PRICE)
    cash = models.DecimalField(max_digits=38, decimal_places=16, default=0, help_text="what it was sold for, less what was paid")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "symbol"], name="copied_position_once")]

    def __str__(self) -> str:
        return f"{self.account} {self.symbol}"


class CopiedAccount(models.Model):
    """The newest record of an account that the drop copy has read."""

    account = models.CharField(max_length=32, primary_key=True)
    seq = models.BigIntegerField()

    def __str__(self) -> str:
        return self.account


class CopiedTrade(models.Model):
    """A trade as printed, until its row agreed and both its fills were seen."""

    id = models.CharField(max_length=32, primary_key=True)
    partition = models.PositiveSmallIntegerField()
    offset = models.BigIntegerField()
    symbol = models.CharField(max_length=32)
    quantity = models.DecimalField(**PRICE)
    price = models.DecimalField(**PRICE)
    buy_order = models.CharField(max_length=24)
    sell_order = models.CharField(max_length=24)
    buy_seen = models.BooleanField(default=False)
    sell_seen = models.BooleanField(default=False)
    agreed = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.id


class DropCopy(models.Model):
    """Where the drop copy stands: one row."""

    looked_at = models.DateTimeField(help_text="UTC; when everything was last compared")
    orders = models.PositiveIntegerField(help_text="orders compared then")
    after = models.CharField(max_length=24, blank=True, help_text="closed orders are compared in turn: up to here")

    def __str__(self) -> str:
        return f"{self.looked_at:%Y-%m-%d %H:%M:%S}"


@watched()
class Break(models.Model):
    """A value that differs from what the log says, as of the same record of the account; until they agree again."""

    kind = models.CharField(max_length=8, help_text="what was compared: order, position, ledger, account, trade or fill")
    account = models.CharField(max_length=32, blank=True)
    subject = models.CharField(max_length=40, help_text="order, symbol or trade")
    field = models.CharField(max_length=20)
    expected = models.CharField(max_length=60, help_text="what the log says")
    actual = models.CharField(max_length=60, help_text="what the table says")
    seq = models.BigIntegerField(help_text="the account's record at which they were compared")
    found_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True, help_text="UTC; since then they agree again")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "account", "subject", "field"], condition=models.Q(cleared_at=None), name="break_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.account} {self.subject} {self.field}".replace("  ", " ")
