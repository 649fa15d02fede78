"""Orders as they stand, and every step of their lives."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from marketdata.models import PRICE
from orders.domain.state import OPEN


class Order(models.Model):
    """An order: created by intake as `pending_new`, from then on the fold of its executions.

    `status` is the reported one (FIX precedence: pending_cancel before pending_replace before the rest), `working` the one beneath
    requests that are pending. `cancel_requested` is set by intake and means that a cancel is on its way.
    """

    id = models.CharField(max_length=24, primary_key=True)
    client_order_id = models.CharField(max_length=64, null=True, blank=True)
    account = models.ForeignKey("risk.Account", on_delete=models.PROTECT, db_column="account", related_name="+", db_index=False)
    symbol = models.ForeignKey("marketdata.Instrument", on_delete=models.PROTECT, db_column="symbol", related_name="+", db_index=False)
    side = models.CharField(max_length=4)
    type = models.CharField(max_length=16)
    tif = models.CharField(max_length=8)
    quantity = models.DecimalField(**PRICE)
    price = models.DecimalField(**PRICE, null=True)
    entered_quantity = models.DecimalField(**PRICE, help_text="as first asked for; replaces do not change it")
    entered_price = models.DecimalField(**PRICE, null=True)
    status = models.CharField(max_length=20)
    working = models.CharField(max_length=20, help_text="the status without pending requests")
    cancel_requested = models.BooleanField(default=False)
    cancel_pending = models.BooleanField(default=False)
    replaces_pending = models.PositiveSmallIntegerField(default=0)
    cum_quantity = models.DecimalField(**PRICE, default=0)
    leaves_quantity = models.DecimalField(**PRICE)
    cum_notional = models.DecimalField(max_digits=38, decimal_places=16, default=0, help_text="sum of price x quantity of the fills")
    reject = models.JSONField(null=True, help_text="code, rule, limit, actual, message")
    event_count = models.PositiveIntegerField(default=0, help_text="life-cycle events so far")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    request_id = models.CharField(max_length=36, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "client_order_id"], name="order_client_id_once"),
            # a refused request for an order nobody knows has no quantity to tell
            models.CheckConstraint(condition=Q(quantity__gt=0) | Q(working="rejected"), name="order_quantity_positive"),
            models.CheckConstraint(condition=Q(cum_quantity__gte=0) & Q(leaves_quantity__gte=0), name="order_counts_not_negative"),
            models.CheckConstraint(condition=Q(cum_quantity__lte=F("quantity")), name="order_not_overfilled"),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="order_by_account"),
            models.Index(fields=["symbol", "-id"], name="order_by_symbol"),
            models.Index(fields=["account", "symbol"], condition=Q(working__in=OPEN), name="order_open"),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def version(self) -> int:
        """Rises with every event; 1 as entered."""
        return self.event_count + 1


class Execution(models.Model):
    """One step in an order's life (FIX ExecutionReport), as numbered on the topic `executions`. Read-only for everyone.

    `account_seq` counts the account's steps, `order_seq` the order's,
    `fill_seq` the account's fills (null for other steps): none has a gap.
    """

    id = models.CharField(max_length=32, primary_key=True)
    account = models.CharField(max_length=32)
    account_seq = models.BigIntegerField()
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="executions", db_index=False)
    order_seq = models.PositiveIntegerField()
    fill_seq = models.BigIntegerField(null=True)
    symbol = models.CharField(max_length=32)
    side = models.CharField(max_length=4)
    type = models.CharField(max_length=20)
    status = models.CharField(max_length=20, help_text="the order's status after this step")
    quantity = models.DecimalField(**PRICE)
    price = models.DecimalField(**PRICE, null=True)
    cum_quantity = models.DecimalField(**PRICE)
    leaves_quantity = models.DecimalField(**PRICE)
    cum_notional = models.DecimalField(max_digits=38, decimal_places=16)
    last_quantity = models.DecimalField(**PRICE, null=True)
    last_price = models.DecimalField(**PRICE, null=True)
    trade_id = models.CharField(max_length=32, null=True)
    liquidity = models.CharField(max_length=5, null=True)
    reason = models.CharField(max_length=48, null=True)
    message = models.CharField(max_length=300, null=True)
    time = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "account_seq"], name="execution_account_seq_once"),
            models.UniqueConstraint(fields=["order", "order_seq"], name="execution_order_seq_once"),
            models.UniqueConstraint(fields=["account", "fill_seq"], name="execution_fill_seq_once"),
        ]
        indexes = [models.Index(fields=["account", "-id"], condition=Q(fill_seq__isnull=False), name="fill_by_account")]

    def __str__(self) -> str:
        return self.id


class IdempotencyKey(models.Model):
    """The first answer to a request that carried an `Idempotency-Key`, so that a repeat gets it again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    body_digest = models.CharField(max_length=64, help_text="SHA-256 of the request as parsed values")
    order_ids = models.JSONField(help_text="the orders the request made, in order")
    response = models.TextField(help_text="JSON text as first answered")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key


class AccountStream(models.Model):
    """How far an account's private streams have come: the last step and the last fill projected."""

    account = models.CharField(max_length=32, primary_key=True)
    account_seq = models.BigIntegerField(default=0)
    fill_seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.account
