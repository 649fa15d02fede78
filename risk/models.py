"""Desks and accounts, who may use them, limits, kills; people's sessions, API tokens and second factors."""

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q

from oms_site.infra.tracking.rows import tracked
from risk.guards import ACCOUNT_GUARDS, ENTITLEMENT_GUARDS, KILL_GUARDS, LIMIT_GUARDS, SETTING_GUARDS, SHOWN_GUARDS
from schemas.enums import OrderType, Side

SIDES = [(side.value, side.value) for side in Side]
TYPES = [(kind.value, kind.value.replace("_", " ")) for kind in OrderType]


@tracked()
class Desk(models.Model):
    """A part of the firm that looks after accounts. Its sales traders see all of them; limits and kills can be its own."""

    code = models.CharField(max_length=32, primary_key=True)
    name = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.code


@tracked(parents={"auth.user": "user", "risk.desk": "desk"})
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


@tracked()
class Account(models.Model):
    """A trading account. Its row is the lock under which its commands get their order."""

    code = models.CharField(max_length=32, primary_key=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=AccountKind, default=AccountKind.CUSTOMER)
    currency = models.CharField(max_length=3, default="USD", help_text="ISO 4217")
    active = models.BooleanField(default=True)
    close_only = models.BooleanField(default=False, help_text="only what reduces a position is taken")
    self_trade_group = models.CharField(
        max_length=32,
        blank=True,
        help_text="Accounts of one group do not trade with each other when an order asks for self-trade prevention. "
        "Empty: the account is a group of its own.",
    )
    desk = models.ForeignKey(Desk, null=True, blank=True, on_delete=models.PROTECT, related_name="accounts")
    approval = models.OneToOneField("approvals.ChangeRequest", null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        triggers = ACCOUNT_GUARDS

    def __str__(self) -> str:
        return self.code


@tracked(parents={"auth.user": "user", "risk.account": "account"})
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
    approval = models.OneToOneField("approvals.ChangeRequest", null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        triggers = ENTITLEMENT_GUARDS
        constraints = [
            models.UniqueConstraint(fields=["user", "account", "side", "group"], name="entitlement_once"),
            models.CheckConstraint(condition=Q(can_trade=True) | Q(side="", types=[], group=""), name="entitlement_to_see_is_whole"),
        ]

    def __str__(self) -> str:
        return " ".join(word for word in (str(self.user), self.account_id, self.side, self.group) if word)


class LimitScope(models.TextChoices):
    """What a limit applies to, from the widest to the narrowest."""

    FIRM = "firm", "firm"
    DESK = "desk", "desk"
    ACCOUNT = "account", "account"
    TRADER = "trader", "trader"
    SYMBOL = "symbol", "symbol"


class KillScope(models.TextChoices):
    """What a kill stops."""

    FIRM = "firm", "firm"
    DESK = "desk", "desk"
    ACCOUNT = "account", "account"
    TRADER = "trader", "trader"
    INSTRUMENT = "instrument", "instrument"


@tracked()
class Limit(models.Model):
    """A number no order may push its account beyond: as it was set last. The tightest that applies binds. Travels to risk through the log.

    What holds at a moment follows from all its versions (`LimitVersion`): of those that cover the moment, the one that began last.
    """

    scope = models.CharField(max_length=10, choices=LimitScope)
    key = models.CharField(max_length=150, blank=True, help_text="desk, account, user or symbol; empty for the firm")
    rule = models.CharField(max_length=32, help_text="a rule of risk.domain.limits")
    value = models.DecimalField(max_digits=24, decimal_places=8)
    effective_from = models.DateTimeField(null=True, blank=True, help_text="UTC; empty: at once")
    effective_until = models.DateTimeField(null=True, blank=True, help_text="UTC; then what held before holds again; empty: until changed")
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "key", "rule"], name="limit_once"),
            models.CheckConstraint(condition=Q(value__gt=0), name="limit_positive"),
        ]
        triggers = SHOWN_GUARDS

    def __str__(self) -> str:
        return f"{self.scope} {self.key} {self.rule}".replace("  ", " ")


@tracked()
class LimitVersion(models.Model):
    """A limit as it was once set: kept for ever, never changed. `value` null took it away."""

    scope = models.CharField(max_length=10, choices=LimitScope)
    key = models.CharField(max_length=150, blank=True)
    rule = models.CharField(max_length=32)
    version = models.PositiveIntegerField()
    value = models.DecimalField(max_digits=24, decimal_places=8, null=True)
    effective_from = models.DateTimeField(null=True)
    effective_until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approval = models.ForeignKey("approvals.ChangeRequest", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "version of a limit"
        verbose_name_plural = "versions of limits"
        constraints = [models.UniqueConstraint(fields=["scope", "key", "rule", "version"], name="limit_version_once")]
        triggers = LIMIT_GUARDS

    def __str__(self) -> str:
        return f"{self.scope} {self.key} {self.rule} {self.version}".replace("  ", " ")


@tracked()
class Kill(models.Model):
    """A kill in force, or one that was: blocks risk-adding flow of its scope until released.

    `flat_at` is when no order of the scope was open any more, in what has been told of orders.
    """

    scope = models.CharField(max_length=10, choices=KillScope)
    key = models.CharField(max_length=150, blank=True)
    spare_reducing = models.BooleanField(default=False, help_text="leave orders open that can only reduce a position")
    reason = models.CharField(max_length=200)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    flat_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approval = models.OneToOneField("approvals.ChangeRequest", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "key"], condition=Q(released_at=None), name="kill_in_force_once"),
        ]
        triggers = KILL_GUARDS

    def __str__(self) -> str:
        return f"{self.scope} {self.key}".strip()

    @property
    def state(self) -> str:
        """Killing while orders of the scope are open, then flat, then released."""
        if self.released_at is not None:
            return "released"
        return "killing" if self.flat_at is None else "flat"


@tracked()
class Setting(models.Model):
    """Something set that risk acts on (`risk.domain.settings`): each row one command of the log, kept for ever, never changed.

    `current` of the rows about the same thing is the one that was set last; of cash and positions every row counts, as each is a change.
    """

    scope = models.CharField(max_length=16)
    key = models.CharField(max_length=190)
    part = models.CharField(max_length=64, blank=True, help_text="of a bypass the rule, of a restriction the account")
    value = models.DecimalField(max_digits=24, decimal_places=8, null=True)
    details = models.JSONField(default=dict)
    attributes = models.JSONField(default=dict)
    effective_until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200)
    version = models.PositiveIntegerField()
    current = models.BooleanField(default=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approval = models.ForeignKey("approvals.ChangeRequest", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "setting"
        constraints = [
            models.UniqueConstraint(fields=["scope", "key", "part", "version"], name="setting_version_once"),
            models.UniqueConstraint(
                fields=["scope", "key", "part"], condition=Q(current=True) & ~Q(scope__in=["cash", "position"]), name="setting_current_once"
            ),
        ]
        triggers = SETTING_GUARDS

    def __str__(self) -> str:
        return f"{self.scope} {self.key} {self.part}".strip()


class RuleMode(Setting):
    """Whether a rule refuses, is only recorded, or is not asked."""

    class Meta:
        proxy = True
        verbose_name = "rule mode"


class Restriction(Setting):
    """On which list a symbol is."""

    class Meta:
        proxy = True
        verbose_name = "restriction"


class Locate(Setting):
    """How much may be sold short."""

    class Meta:
        proxy = True
        verbose_name = "locate"


class FxRate(Setting):
    """Units of the second currency for one of the first."""

    class Meta:
        proxy = True
        verbose_name = "FX rate"


class DailyVolume(Setting):
    """A symbol's average daily volume."""

    class Meta:
        proxy = True
        verbose_name = "average daily volume"


class Bypass(Setting):
    """A rule that does not block an account or a symbol, until it expires."""

    class Meta:
        proxy = True
        verbose_name = "bypass"
        verbose_name_plural = "bypasses"


class Enabling(Setting):
    """What a burst of fills or a loss has stopped goes on."""

    class Meta:
        proxy = True
        verbose_name = "enabling after a stop"
        verbose_name_plural = "enablings after a stop"


class CashEntry(Setting):
    """A deposit or a withdrawal by hand."""

    class Meta:
        proxy = True
        verbose_name = "cash entry"
        verbose_name_plural = "cash entries"


class PositionEntry(Setting):
    """A position taken over or away by hand."""

    class Meta:
        proxy = True
        verbose_name = "position entry"
        verbose_name_plural = "position entries"


class AccountExposure(models.Model):
    """What the risk worker last told of an account. For people to look at: decisions use the worker's own state."""

    account = models.CharField(max_length=32, primary_key=True)
    seq = models.BigIntegerField(help_text="the account's record it is as of")
    open_orders = models.PositiveIntegerField()
    symbols = models.JSONField(help_text="symbol: position, open_buy, open_sell in decimal text")
    totals = models.JSONField(default=dict, help_text="what is counted over all: name and decimal text, in the unit of its rule")
    told = models.JSONField(default=dict, help_text="the account as predictions read it (risk.domain.told)")
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = "exposure"

    def __str__(self) -> str:
        return self.account


@tracked(exclude=["digest"], key="hint", parents={"auth.user": "user"})
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


@tracked(parents={"auth.user": "user"})
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


@tracked(exclude=["password", "last_login"], app_label="risk")
class PersonRow(User):
    """A person's row, so that every change of it is seen: who is let in, who is a superuser. Never the password."""

    class Meta:
        proxy = True
        verbose_name = "person"
        verbose_name_plural = "persons"


@tracked(parents={"auth.user": "user"}, app_label="risk")
class RoleRow(User.groups.through):  # type: ignore[name-defined] # made by Django
    """That a person has a role."""

    class Meta:
        proxy = True
        verbose_name = "role of a person"
        verbose_name_plural = "roles of persons"


@tracked(parents={"auth.user": "user"}, app_label="risk")
class PermissionRow(User.user_permissions.through):  # type: ignore[name-defined] # made by Django
    """That a person has a single permission: the product gives none."""

    class Meta:
        proxy = True
        verbose_name = "permission of a person"
        verbose_name_plural = "permissions of persons"


@tracked(parents={"auth.group": "group"}, app_label="risk")
class RolePermissionRow(Group.permissions.through):  # type: ignore[name-defined] # made by Django
    """What a role may see and change in the admin."""

    class Meta:
        proxy = True
        verbose_name = "permission of a role"
        verbose_name_plural = "permissions of roles"
