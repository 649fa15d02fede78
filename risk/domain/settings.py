"""The words of `setting` commands: what can be set, read strictly into one small record each. Services and the risk worker read alike.

Quantities, prices, rates and amounts are integers of 1e-8; times are microseconds. `control_name` of two settings that replace each other
is the same (`setting_name`); cash and positions are changes, each one is added.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from risk.domain.catalog import BY_RULE
from risk.domain.days import is_day
from risk.domain.entitlements import Grant, GrantsInvalid, grants_read
from schemas.messages import OrderCommand

EVERY = "*"
"""In the key of a locate: each account, or each symbol."""


class SettingScope(StrEnum):
    """What kind of thing a setting is about (`OrderCommand.scope`)."""

    ACCOUNT = "account"
    RULE = "rule"
    RESTRICTION = "restriction"
    ENTITLEMENT = "entitlement"
    LOCATE = "locate"
    FX = "fx"
    CASH = "cash"
    ADV = "adv"
    ENABLE = "enable"
    BYPASS = "bypass"
    POSITION = "position"


class AccountKind(StrEnum):
    """Whose money an account trades."""

    CUSTOMER = "customer"
    HOUSE = "house"


class AccountTradingState(StrEnum):
    """What an account may do: anything, only what reduces a position, or nothing but cancel and take less."""

    ACTIVE = "active"
    CLOSE_ONLY = "close_only"
    DISABLED = "disabled"


class Mode(StrEnum):
    """What a rule does when it fails: it refuses, it is only recorded, or it is not asked."""

    ENFORCE = "enforce"
    SHADOW = "shadow"
    OFF = "off"


class ListKind(StrEnum):
    """On which list a symbol is: nobody adds to it (restricted), what is done is recorded (watch), none."""

    RESTRICTED = "restricted"
    WATCH = "watch"
    NONE = "none"


class SettingInvalid(ValueError):
    """A setting that says nothing that can be applied. `field` is scope, key, value, attributes, details or effective_until."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


@dataclass(frozen=True, slots=True)
class AccountTerms:
    """scope `account`, key its code. Details: desk, currency (ISO 4217), kind, state; state is active and desk empty where left out."""

    code: str
    desk: str
    currency: str
    kind: AccountKind
    state: AccountTradingState


@dataclass(frozen=True, slots=True)
class RuleMode:
    """scope `rule`, key a rule of `risk.domain.catalog`, details: mode. Rules of the gate (RC1 to RC5) are always enforced."""

    rule: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class Restriction:
    """scope `restriction`, key a symbol, details: list, and account where it is for one account alone."""

    symbol: str
    account: str
    kind: ListKind


@dataclass(frozen=True, slots=True)
class Entitlement:
    """scope `entitlement`, key a username, details: grants (`entitlements.grants_text`), state (active where left out, or disabled)."""

    user: str
    active: bool
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class Locate:
    """scope `locate`, key ACCOUNT/SYMBOL, value: how much may be sold short. `*` stands for every account or every symbol."""

    account: str
    symbol: str
    quantity: int


@dataclass(frozen=True, slots=True)
class FxRate:
    """scope `fx`, key CCY/CCY, value: units of the second currency for one of the first. Details: source, date (YYYY-MM-DD)."""

    base: str
    quote: str
    rate: int
    source: str
    date: str


@dataclass(frozen=True, slots=True)
class CashChange:
    """scope `cash`, key ACCOUNT/CCY, value: the signed change (a deposit is above zero)."""

    account: str
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class DailyVolume:
    """scope `adv`, key a symbol, value: its average daily volume."""

    symbol: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Enable:
    """scope `enable`, key an account or a trader: what a throttle or a loss has stopped before now may go on."""

    key: str


@dataclass(frozen=True, slots=True)
class Bypass:
    """scope `bypass`, key an account or a symbol, details: rule. Value 1 (or none) sets it until `effective_until`, 0 takes it away."""

    key: str
    rule: str
    on: bool


@dataclass(frozen=True, slots=True)
class PositionChange:
    """scope `position`, key ACCOUNT/SYMBOL, value: the signed change, attributes: price it is taken over at."""

    account: str
    symbol: str
    quantity: int
    price: int


Setting = (
    AccountTerms | RuleMode | Restriction | Entitlement | Locate | FxRate | CashChange | DailyVolume | Enable | Bypass | PositionChange
)


@dataclass(frozen=True, slots=True)
class Said:
    """The fields of a setting as a command or a form has them."""

    scope: str
    key: str
    value: int | None = None
    details: Mapping[str, str] | None = None
    attributes: Mapping[str, int] | None = None
    effective_from: int | None = None
    effective_until: int | None = None


def setting_read(said: Said) -> Setting:
    """What a setting says. Raises `SettingInvalid` on the field at fault."""
    read = _READERS.get(said.scope)
    if read is None:
        raise SettingInvalid("scope", f"must be one of {', '.join(SettingScope)}")
    if not said.key:
        raise SettingInvalid("key", "is missing")
    if None not in (said.effective_from, said.effective_until) and said.effective_from >= said.effective_until:  # type: ignore[operator]
        raise SettingInvalid("effective_until", "must come after effective_from")
    return read(replace(said, details=said.details or {}, attributes=said.attributes or {}))


def setting_said(command: OrderCommand) -> Said:
    """The fields of a setting command."""
    return Said(
        command.scope or "",
        command.key or "",
        command.value,
        command.details,
        command.attributes,
        command.effective_from,
        command.effective_until,
    )


def setting_name(said: Said) -> str:
    """What a setting is about: of two of one name the later one holds."""
    details = said.details or {}
    part = {SettingScope.BYPASS: "rule", SettingScope.RESTRICTION: "account"}.get(SettingScope(said.scope), "")
    return f"setting {said.scope} {said.key} {details.get(part, '')}".rstrip()


def _account(said: Said) -> AccountTerms:
    currency = _currency("details", _word(said, "currency"))
    kind = _one_of(said, "kind", AccountKind)
    state = _one_of(said, "state", AccountTradingState, AccountTradingState.ACTIVE)
    return AccountTerms(said.key, _details(said).get("desk", ""), currency, AccountKind(kind), AccountTradingState(state))


def _rule(said: Said) -> RuleMode:
    mode = Mode(_one_of(said, "mode", Mode))
    line = BY_RULE.get(said.key)
    if line is None:
        raise SettingInvalid("key", f"no such rule: {said.key}")
    if mode != Mode.ENFORCE and not line.may_be_off:
        raise SettingInvalid("details", f"{said.key} ({line.rc}) is always enforced")
    return RuleMode(said.key, mode)


def _restriction(said: Said) -> Restriction:
    return Restriction(said.key, _details(said).get("account", ""), ListKind(_one_of(said, "list", ListKind)))


def _entitlement(said: Said) -> Entitlement:
    state = _one_of(said, "state", AccountTradingState, AccountTradingState.ACTIVE)
    if state == AccountTradingState.CLOSE_ONLY:
        raise SettingInvalid("details", "state: must be active or disabled")
    try:
        grants = grants_read(_word(said, "grants"))
    except GrantsInvalid as error:
        raise SettingInvalid("details", str(error)) from None
    return Entitlement(said.key, state == AccountTradingState.ACTIVE, grants)


def _locate(said: Said) -> Locate:
    account, symbol = _pair(said, "ACCOUNT/SYMBOL")
    return Locate(account, symbol, _value(said, least=0))


def _fx(said: Said) -> FxRate:
    base, quote = (_currency("key", code) for code in _pair(said, "CCY/CCY"))
    if base == quote:
        raise SettingInvalid("key", "the two currencies are the same")
    day = _word(said, "date")
    if not is_day(day):
        raise SettingInvalid("details", "date: must be written YYYY-MM-DD")
    return FxRate(base, quote, _value(said, least=1), _word(said, "source"), day)


def _cash(said: Said) -> CashChange:
    account, currency = _pair(said, "ACCOUNT/CCY")
    return CashChange(account, _currency("key", currency), _change(said))


def _daily_volume(said: Said) -> DailyVolume:
    return DailyVolume(said.key, _value(said, least=1))


def _enable(said: Said) -> Enable:
    return Enable(said.key)


def _bypass(said: Said) -> Bypass:
    rule = _word(said, "rule")
    line = BY_RULE.get(rule)
    if line is None or not line.may_be_off:
        raise SettingInvalid("details", f"rule: {rule} cannot be bypassed" if line else f"rule: there is no {rule}")
    if said.value not in (None, 0, 1):
        raise SettingInvalid("value", "must be 1 (set) or 0 (taken away)")
    on = said.value != 0
    if on and said.effective_until is None:
        raise SettingInvalid("effective_until", "a bypass has a hard expiry")
    return Bypass(said.key, rule, on)


def _position(said: Said) -> PositionChange:
    account, symbol = _pair(said, "ACCOUNT/SYMBOL")
    price = (said.attributes or {}).get("price", 0)
    if price <= 0:
        raise SettingInvalid("attributes", "price: must be above zero")
    return PositionChange(account, symbol, _change(said), price)


_READERS: dict[str, Callable[[Said], Setting]] = {
    SettingScope.ACCOUNT: _account,
    SettingScope.RULE: _rule,
    SettingScope.RESTRICTION: _restriction,
    SettingScope.ENTITLEMENT: _entitlement,
    SettingScope.LOCATE: _locate,
    SettingScope.FX: _fx,
    SettingScope.CASH: _cash,
    SettingScope.ADV: _daily_volume,
    SettingScope.ENABLE: _enable,
    SettingScope.BYPASS: _bypass,
    SettingScope.POSITION: _position,
}


def _details(said: Said) -> Mapping[str, str]:
    return said.details or {}


def _word(said: Said, name: str) -> str:
    found = _details(said).get(name, "")
    if not found:
        raise SettingInvalid("details", f"{name}: is missing")
    return found


def _one_of(said: Said, name: str, known: type[StrEnum], default: str = "") -> str:
    found = _details(said).get(name) or default
    if found not in tuple(known):
        raise SettingInvalid("details", f"{name}: must be one of {', '.join(known)}")
    return found


def _currency(field: str, code: str) -> str:
    if len(code) == 3 and code.isascii() and code.isalpha() and code.isupper():
        return code
    raise SettingInvalid(field, f"{code!r} is no currency code of three capital letters")


def _pair(said: Said, shape: str) -> tuple[str, str]:
    first, slash, second = said.key.partition("/")
    if not (first and slash and second):
        raise SettingInvalid("key", f"must be written {shape}")
    return first, second


def _value(said: Said, *, least: int) -> int:
    if said.value is None or said.value < least:
        raise SettingInvalid("value", "must be above zero" if least else "must not be below zero")
    return said.value


def _change(said: Said) -> int:
    if not said.value:
        raise SettingInvalid("value", "must be a change, above or below zero")
    return said.value
