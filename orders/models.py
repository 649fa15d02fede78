"""Orders as they stand, every step of their lives, and what the desk asked for about trades."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from marketdata.models import PRICE
from oms_site.infra.approvals.guards import needs_request
from oms_site.infra.tracking.rows import tracked, watched
from orders.domain.state import OPEN

COMMON = ("new", "filled", "canceled")
"""Statuses that most orders have: they need no index."""
USUAL = ("pending_new", "new", "trade", "canceled")
"""Likewise types of steps."""


@watched()
class Order(models.Model):
    """An order: created by intake as `pending_new`, from then on the fold of its executions.

    `status` is the reported one (FIX precedence: pending_cancel before pending_replace before the rest), `working` the one beneath
    requests that are pending. `cancel_requested` is set by intake and means that a cancel is on its way. `done_for_day` and `suspended`
    are told above the working status while they hold; `prior_cum` is what was filled before the present business day.
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
    entered_conditions = models.JSONField(null=True, help_text="as first asked for, in units of 1e-8; null for a plain order")
    stop_price = models.DecimalField(**PRICE, null=True)
    trail_offset = models.DecimalField(**PRICE, null=True)
    display_quantity = models.DecimalField(**PRICE, null=True)
    expire_date = models.DateField(null=True)
    post_only = models.BooleanField(default=False)
    reduce_only = models.BooleanField(default=False)
    self_trade_prevention = models.CharField(max_length=16, default="none")
    trade_date = models.DateField(null=True, help_text="business date the order was entered for")
    triggered = models.BooleanField(default=False, help_text="a stop that acts now, or has acted")
    done_for_day = models.BooleanField(default=False)
    suspended = models.BooleanField(default=False)
    prior_cum = models.DecimalField(**PRICE, default=0, help_text="filled before the present business day")
    source = models.CharField(max_length=8, default="system", help_text="rest, blotter, desk, or system for orders without a person")
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
            models.CheckConstraint(condition=Q(prior_cum__gte=0) & Q(prior_cum__lte=F("cum_quantity")), name="order_prior_fills_are_fills"),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="order_by_account"),
            models.Index(fields=["symbol", "-id"], name="order_by_symbol"),
            models.Index(fields=["account", "symbol"], condition=Q(working__in=OPEN), name="order_open"),
            models.Index(fields=["client_order_id"], condition=Q(client_order_id__isnull=False), name="order_by_client_id"),
            models.Index(fields=["status", "-id"], condition=~Q(status__in=COMMON), name="order_of_rare_status"),
            models.Index(fields=["-created_at", "-id"], name="order_newest"),  # a day of them, in the order of the list
            BrinIndex(fields=["trade_date"], name="order_of_date"),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def version(self) -> int:
        """Rises with every event; 1 as entered."""
        return self.event_count + 1

    @property
    def day_quantity(self) -> Decimal:
        """Today's part of the total (FIX DayOrderQty, tag 424)."""
        return self.quantity - self.prior_cum

    @property
    def day_cum_quantity(self) -> Decimal:
        """What of it is filled (FIX DayCumQty, tag 425)."""
        return self.cum_quantity - self.prior_cum


@watched()
class Execution(models.Model):
    """One step in an order's life (FIX ExecutionReport), as numbered on the topic `executions`. Read-only for everyone.

    `account_seq` counts the account's steps, `order_seq` the order's,
    `fill_seq` the account's fills and their corrections (null for other steps): none has a gap.
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
    liquidity = models.CharField(max_length=8, null=True)
    reason = models.CharField(max_length=48, null=True)
    message = models.CharField(max_length=300, null=True)
    detail = models.JSONField(null=True, help_text="of some steps: the order's conditions then, the terms asked for, the fill as it was")
    time = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "account_seq"], name="execution_account_seq_once"),
            models.UniqueConstraint(fields=["order", "order_seq"], name="execution_order_seq_once"),
            models.UniqueConstraint(fields=["account", "fill_seq"], name="execution_fill_seq_once"),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], condition=Q(fill_seq__isnull=False), name="fill_by_account"),
            models.Index(fields=["-time", "-id"], name="execution_newest"),  # rows come in the order of their time: it grows at its end
            models.Index(fields=["trade_id"], condition=Q(trade_id__isnull=False), name="execution_by_trade"),
            models.Index(fields=["type", "-id"], condition=~Q(type__in=USUAL), name="execution_of_rare_type"),
        ]

    def __str__(self) -> str:
        return self.id


class IdempotencyKey(models.Model):
    """The first answer to a request that carried an `Idempotency-Key`, so that a repeat gets it again. Forgotten after some days."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    body_digest = models.CharField(max_length=64, help_text="SHA-256 of the request as parsed values")
    order_ids = models.JSONField(help_text="the orders the request made, in order")
    response = models.TextField(help_text="JSON text as first answered")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]
        indexes = [BrinIndex(fields=["created_at"], name="idempotency_key_age")]

    def __str__(self) -> str:
        return self.key


@watched()
class AccountStream(models.Model):
    """How far an account's private streams have come: the last step and the last fill projected."""

    account = models.CharField(max_length=32, primary_key=True)
    account_seq = models.BigIntegerField(default=0)
    fill_seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.account


class Heartbeat(models.Model):
    """That a web process with sockets lives, and (`sweep`) that somebody looks for those who do not. Renewed every few seconds."""

    id = models.CharField(max_length=32, primary_key=True)
    since = models.DateTimeField(help_text="alive without a break since then")
    renewed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.id


class TraderSocket(models.Model):
    """An open socket of somebody who enters orders, and what it says about cancel-on-disconnect. Gone with the socket, or its process."""

    id = models.CharField(max_length=32, primary_key=True)
    process = models.CharField(max_length=32, db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    grace_seconds = models.PositiveSmallIntegerField(null=True, help_text="asked for; 0: not wanted; null: nothing was said")

    def __str__(self) -> str:
        return self.id


class DisconnectionState(models.TextChoices):
    """What became of a lost connection."""

    WAITING = "waiting", "waiting"
    RETURNED = "returned", "came back in time"
    CANCELED = "canceled", "orders canceled"


@watched()
class Disconnection(models.Model):
    """A trader whose connection is lost and whose orders of the day are canceled unless it comes back within the grace period."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    account = models.CharField(max_length=32, blank=True, help_text="whose limit wants it; empty: orders of all accounts")
    asked = models.BooleanField(help_text="the session had asked for it; else a limit wants it")
    grace_seconds = models.PositiveSmallIntegerField()
    lost_at = models.DateTimeField(help_text="UTC; of a web process that died: its last sign of life")
    state = models.CharField(max_length=8, choices=DisconnectionState, default=DisconnectionState.WAITING)
    ended_at = models.DateTimeField(null=True, help_text="UTC; when it was back, or the cancels were sent")
    orders = models.PositiveIntegerField(null=True, help_text="how many were open and to be canceled")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "account", "asked"], condition=Q(state="waiting"), name="disconnection_waits_once"),
            models.CheckConstraint(
                condition=Q(state="waiting", ended_at=None) | (~Q(state="waiting") & Q(ended_at__isnull=False)), name="disconnection_ended"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.account} {self.lost_at:%Y-%m-%d %H:%M:%S}".replace("  ", " ")


@tracked()
class TradeCorrection(models.Model):
    """A bust (no `quantity`) or correction of a trade that the desk asked for: what each side's fill is to be, and what it was.

    `answers` counts the sides that have answered; with both of them the trade may be corrected again.
    """

    trade_id = models.CharField(max_length=32)
    quantity = models.DecimalField(**PRICE, null=True, help_text="null: the trade is busted")
    price = models.DecimalField(**PRICE, null=True)
    was_quantity = models.DecimalField(**PRICE)
    was_price = models.DecimalField(**PRICE)
    reason = models.CharField(max_length=200)
    answers = models.PositiveSmallIntegerField(default=0)
    refused = models.BooleanField(default=False, help_text="a side could not be changed: look at its order's events")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    request_id = models.CharField(max_length=36, blank=True)
    approval = models.OneToOneField(
        "approvals.ChangeRequest",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="who agreed; null only where it was asked for before two people had to",
    )

    class Meta:
        triggers = (needs_request("needs_approval", column="approval_id", kind="trade_correct"),)
        constraints = [
            models.UniqueConstraint(fields=["trade_id"], condition=Q(answers__lt=2), name="trade_correction_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True, price__isnull=True) | Q(quantity__gt=0, price__gt=0), name="trade_correction_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trade_id} {'bust' if self.quantity is None else 'correction'}"
