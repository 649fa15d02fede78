"""Accounts, who may use them, limits, kills, API tokens."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class AccountKind(models.TextChoices):
    """Whose money an account trades."""

    CUSTOMER = "customer", "customer"
    HOUSE = "house", "house"


class Account(models.Model):
    """A trading account. Its row is the lock under which its commands get their order."""

    code = models.CharField(max_length=32, primary_key=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=AccountKind, default=AccountKind.CUSTOMER)
    currency = models.CharField(max_length=3, default="USD", help_text="ISO 4217")
    active = models.BooleanField(default=True)
    self_trade_group = models.CharField(
        max_length=32,
        blank=True,
        help_text="Accounts of one group do not trade with each other when an order asks for self-trade prevention. "
        "Empty: the account is a group of its own.",
    )

    def __str__(self) -> str:
        return self.code


class Entitlement(models.Model):
    """What a user may do with an account: see it, or also trade it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="entitlements")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="entitlements")
    can_trade = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "account"], name="entitlement_once")]

    def __str__(self) -> str:
        return f"{self.user} {self.account_id}"


class LimitScope(models.TextChoices):
    """What a limit or a kill applies to."""

    FIRM = "firm", "firm"
    ACCOUNT = "account", "account"


class Limit(models.Model):
    """A number no order may push its account beyond. The tightest of firm and account applies. Travels to risk through the log."""

    scope = models.CharField(max_length=8, choices=LimitScope)
    key = models.CharField(max_length=32, blank=True, help_text="account code; empty for the firm")
    rule = models.CharField(max_length=32, help_text="a rule of risk.domain.checks")
    value = models.DecimalField(max_digits=24, decimal_places=8)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "key", "rule"], name="limit_once"),
            models.CheckConstraint(condition=Q(value__gt=0), name="limit_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key} {self.rule}".replace("  ", " ")


class Kill(models.Model):
    """A kill in force, or one that was: blocks risk-adding flow of its scope until released."""

    scope = models.CharField(max_length=8, choices=LimitScope)
    key = models.CharField(max_length=32, blank=True)
    reason = models.CharField(max_length=200)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "key"], condition=Q(released_at=None), name="kill_in_force_once"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}".strip()


class AccountExposure(models.Model):
    """What the risk worker last told of an account. For people to look at: decisions use the worker's own state."""

    account = models.CharField(max_length=32, primary_key=True)
    seq = models.BigIntegerField(help_text="the account's record it is as of")
    open_orders = models.PositiveIntegerField()
    symbols = models.JSONField(help_text="symbol: position, open_buy, open_sell in decimal text")
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = "exposure"

    def __str__(self) -> str:
        return self.account


class ApiToken(models.Model):
    """A REST and stream credential of a user; only its SHA-256 is stored."""

    digest = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    hint = models.CharField(max_length=8, help_text="last characters, to tell tokens apart")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "API token"

    def __str__(self) -> str:
        return f"…{self.hint}"
