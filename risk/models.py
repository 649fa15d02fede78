"""Desks and accounts, who may use them, limits, kills; people's sessions, API tokens and second factors."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q

from schemas.enums import OrderType, Side

SIDES = [(side.value, side.value) for side in Side]
TYPES = [(kind.value, kind.value.replace("_", " ")) for kind in OrderType]


class Desk(models.Model):
    """A part of the firm that looks after accounts. Its sales traders see all of them; limits and kills can be its own."""

    code = models.CharField(max_length=32, primary_key=True)
    name = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.code


class DeskMember(models.Model):
    """A person of a desk."""

    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="desks")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["desk", "user"], name="desk_member_once")]

    def __str__(self) -> str:
        return f"{self.desk_id} {self.user}"


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
    desk = models.ForeignKey(Desk, null=True, blank=True, on_delete=models.PROTECT, related_name="accounts")

    def __str__(self) -> str:
        return self.code


class Entitlement(models.Model):
    """What a user may do with an account: see it, or also trade it: one side or both, some order types or all, one group of instruments
    or all. A person may have several for an account; an order needs one that covers it. Travels to risk through the log.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="entitlements")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="entitlements")
    can_trade = models.BooleanField(default=True)
    side = models.CharField(max_length=4, choices=SIDES, blank=True, help_text="blank: both")
    types = ArrayField(models.CharField(max_length=13, choices=TYPES), blank=True, default=list, help_text="order types; none chosen: all")
    group = models.CharField("instrument group", max_length=32, blank=True, help_text="blank: every instrument")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "account", "side", "group"], name="entitlement_once"),
            models.CheckConstraint(condition=Q(can_trade=True) | Q(side="", types=[], group=""), name="entitlement_to_see_is_whole"),
        ]

    def __str__(self) -> str:
        return " ".join(word for word in (str(self.user), self.account_id, self.side, self.group) if word)


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
    address = models.CharField(max_length=45, blank=True, help_text="where it was asked for from")

    class Meta:
        verbose_name = "API token"

    def __str__(self) -> str:
        return f"…{self.hint}"


class WebSession(AbstractBaseSession):
    """A browser that is logged in. Its key is stored as SHA-256 only; `expire_date` ends its greatest age, `seen_at` begins its idle time.

    Kept by `risk.sessions`, Django's session engine here. A row without a user is a visitor who is logging in.
    """

    session_key = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="web_sessions")
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField("browser", max_length=200, blank=True)

    class Meta:
        verbose_name = "session"
        verbose_name_plural = "sessions"

    def __str__(self) -> str:
        return f"{self.user or 'nobody'} since {self.started_at:%Y-%m-%d %H:%M:%S}"


class Profile(models.Model):
    """What is known of a person's password: who set it and when, and whether it must be changed before anything else is done."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="profile")
    must_change_password = models.BooleanField(default=False)
    password_set_at = models.DateTimeField()
    password_set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.user)


class RecoveryCode(models.Model):
    """A code that stands in once for a person's one-time code; only its SHA-256 is stored."""

    digest = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user} {self.made_at:%Y-%m-%d}"
