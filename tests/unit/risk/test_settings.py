"""Settings are read strictly: what makes no sense names the field at fault."""

import pytest

from risk.domain.catalog import BY_RULE, LINES, MODED
from risk.domain.entitlements import Grant, grants_text
from risk.domain.settings import (
    AccountKind,
    AccountTerms,
    AccountTradingState,
    Bypass,
    CashChange,
    DailyVolume,
    Enable,
    Entitlement,
    FxRate,
    ListKind,
    Locate,
    Mode,
    PositionChange,
    Restriction,
    RuleMode,
    Said,
    SettingInvalid,
    setting_name,
    setting_read,
)
from schemas.units import ONE

GRANTS = (Grant("ACME-1", frozenset({"buy"}), frozenset({"limit"}), "ES"),)
CUSTOMER = {"desk": "equities", "currency": "USD", "kind": "customer", "state": "close_only"}
READ = [
    (
        Said("account", "ACME-1", details=CUSTOMER),
        AccountTerms("ACME-1", "equities", "USD", AccountKind.CUSTOMER, AccountTradingState.CLOSE_ONLY),
    ),
    (
        Said("account", "HOUSE", details={"currency": "USD", "kind": "house"}),
        AccountTerms("HOUSE", "", "USD", AccountKind.HOUSE, AccountTradingState.ACTIVE),
    ),
    (Said("rule", "price_band", details={"mode": "shadow"}), RuleMode("price_band", Mode.SHADOW)),
    (Said("rule", "kill", details={"mode": "enforce"}), RuleMode("kill", Mode.ENFORCE)),
    (Said("restriction", "IBM", details={"list": "restricted"}), Restriction("IBM", "", ListKind.RESTRICTED)),
    (Said("restriction", "IBM", details={"list": "none", "account": "A"}), Restriction("IBM", "A", ListKind.NONE)),
    (Said("entitlement", "ann", details={"grants": grants_text(GRANTS)}), Entitlement("ann", True, GRANTS)),
    (Said("entitlement", "ann", details={"grants": "[]", "state": "disabled"}), Entitlement("ann", False, ())),
    (Said("locate", "ACME-1/IBM", 0), Locate("ACME-1", "IBM", 0)),
    (Said("locate", "*/*", 5 * ONE), Locate("*", "*", 5 * ONE)),
    (Said("fx", "EUR/USD", ONE, {"source": "ECB", "date": "2026-11-24"}), FxRate("EUR", "USD", ONE, "ECB", "2026-11-24")),
    (Said("cash", "ACME-1/USD", -5), CashChange("ACME-1", "USD", -5)),
    (Said("adv", "IBM", 7), DailyVolume("IBM", 7)),
    (Said("enable", "ACME-1"), Enable("ACME-1")),
    (Said("bypass", "IBM", details={"rule": "price_band"}, effective_until=9), Bypass("IBM", "price_band", True)),
    (Said("bypass", "IBM", 0, {"rule": "price_band"}), Bypass("IBM", "price_band", False)),
    (Said("position", "ACME-1/IBM", -5, attributes={"price": ONE}), PositionChange("ACME-1", "IBM", -5, ONE)),
]


@pytest.mark.parametrize(("said", "read"), READ, ids=lambda value: getattr(value, "scope", ""))
def test_a_setting_is_read_into_a_record(said, read) -> None:
    assert setting_read(said) == read


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (Said("weather", "IBM"), "scope"),
        (Said("adv", "", 5), "key"),
        (Said("account", "A", details={"currency": "usd", "kind": "house"}), "details"),
        (Said("account", "A", details={"currency": "USD"}), "details"),
        (Said("account", "A", details={"currency": "USD", "kind": "house", "state": "asleep"}), "details"),
        (Said("rule", "price_band", details={"mode": "loud"}), "details"),
        (Said("rule", "price_band"), "details"),
        (Said("rule", "price_bands", details={"mode": "off"}), "key"),
        (Said("restriction", "IBM", details={"list": "black"}), "details"),
        (Said("entitlement", "ann"), "details"),
        (Said("entitlement", "ann", details={"grants": "{"}), "details"),
        (Said("entitlement", "ann", details={"grants": "{}"}), "details"),
        (Said("entitlement", "ann", details={"grants": '[{"sides": []}]'}), "details"),
        (Said("entitlement", "ann", details={"grants": "[]", "state": "close_only"}), "details"),
        (Said("locate", "ACME-1", 5), "key"),
        (Said("locate", "ACME-1/IBM", -1), "value"),
        (Said("locate", "ACME-1/IBM"), "value"),
        (Said("fx", "EUR/EUR", 5, {"source": "ECB", "date": "2026-11-24"}), "key"),
        (Said("fx", "EURUSD", 5, {"source": "ECB", "date": "2026-11-24"}), "key"),
        (Said("fx", "EUR/USD", 0, {"source": "ECB", "date": "2026-11-24"}), "value"),
        (Said("fx", "EUR/USD", 5, {"date": "2026-11-24"}), "details"),
        (Said("fx", "EUR/USD", 5, {"source": "ECB", "date": "24.11.2026"}), "details"),
        (Said("cash", "ACME-1/dollar", 5), "key"),
        (Said("cash", "ACME-1/USD", 0), "value"),
        (Said("cash", "ACME-1/USD"), "value"),
        (Said("adv", "IBM", 0), "value"),
        (Said("bypass", "IBM", details={"rule": "price_band"}), "effective_until"),
        (Said("bypass", "IBM", 2, {"rule": "price_band"}, effective_until=9), "value"),
        (Said("bypass", "IBM", details={"rule": "magic"}, effective_until=9), "details"),
        (Said("bypass", "IBM", effective_until=9), "details"),
        (Said("position", "ACME-1/IBM", 0, attributes={"price": ONE}), "value"),
        (Said("position", "ACME-1/IBM", 5), "attributes"),
        (Said("adv", "IBM", 5, effective_from=9, effective_until=9), "effective_until"),
    ],
)
def test_what_makes_no_sense_names_the_field(said, field) -> None:
    with pytest.raises(SettingInvalid) as refused:
        setting_read(said)
    assert refused.value.field == field
    assert str(refused.value).startswith(f"{field}: ")


@pytest.mark.parametrize("rule", sorted(set(BY_RULE) - set(MODED)))
def test_rules_of_the_gate_are_always_enforced_and_never_bypassed(rule: str) -> None:
    for mode in (Mode.SHADOW, Mode.OFF):
        with pytest.raises(SettingInvalid):
            setting_read(Said("rule", rule, details={"mode": mode}))
    with pytest.raises(SettingInvalid):
        setting_read(Said("bypass", "IBM", details={"rule": rule}, effective_until=9))


def test_the_whole_gate_is_always_enforced() -> None:
    gate = {line.rule for line in LINES if line.rc in ("RC1", "RC2", "RC3", "RC4", "RC5")}
    assert not gate & set(MODED)


def test_two_settings_of_one_name_replace_each_other() -> None:
    one, other = Said("bypass", "IBM", details={"rule": "price_band"}), Said("bypass", "IBM", details={"rule": "fat_finger"})
    assert setting_name(one) != setting_name(other)
    assert setting_name(Said("restriction", "IBM")) != setting_name(Said("restriction", "IBM", details={"account": "A"}))
    assert setting_name(Said("adv", "IBM", 5)) == setting_name(Said("adv", "IBM", 6))
