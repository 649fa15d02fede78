"""The checks that measure nothing: for each one, a scene that it refuses and the nearest one that it lets pass."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from risk.domain.entitlements import Grant, grants_text
from risk.domain.instrument import InstrumentTerms
from risk.domain.limits import Rule
from schemas.enums import CommandType, Phase, Reason
from schemas.units import ONE
from tests.unit.risk.boundary import ACCOUNT, FAR, KINDS, LOT, NOW, TICK, Scene

Set = Callable[[Scene], None]


@dataclass(frozen=True)
class Pair:
    """`refuse` and `allow` set a scene; what differs between them is what the check is about."""

    rule: str
    code: Reason
    refuse: Set
    allow: Set
    kinds: tuple[str, ...] = KINDS
    amends: tuple[bool, ...] = (False, True)


def _entitle(state: str = "active", **terms: object) -> Set:
    """Ann may enter such orders and no other."""

    def put(scene: Scene) -> None:
        scene.instrument = None if scene.instrument is None else scene.instrument._replace(group="ES")
        grants = grants_text([Grant(**({"account": ACCOUNT} | terms))])
        scene.control(scope="entitlement", key="ann", details={"grants": grants, "state": state})

    return put


def _side(*, other: bool) -> Set:
    def put(scene: Scene) -> None:
        _entitle(sides=frozenset({"buy" if scene.buy != other else "sell"}))(scene)

    return put


def _type(*, other: bool) -> Set:
    def put(scene: Scene) -> None:
        _entitle(types=frozenset(set(KINDS) - {scene.kind} if other else {scene.kind}))(scene)

    return put


def _state(state: str, *, to_reduce: int = 0) -> Set:
    """The account's state, with so much to reduce by this order."""

    def put(scene: Scene) -> None:
        scene.describe(state=state)
        scene.control(scope="locate", key="*/*", value=10**6 * ONE)
        if to_reduce:
            scene.hold(-to_reduce if scene.buy else to_reduce)

    return put


def _kill(scope: str, key: str = "") -> Set:
    def put(scene: Scene) -> None:
        scene.describe(desk="equities")
        scene.control(scope="locate", key="*/*", value=10**6 * ONE)
        scene.control(CommandType.KILL, scope=scope, key=key, value=1, reason="drill")

    return put


def _kill_released(scene: Scene) -> None:
    _kill("firm")(scene)
    scene.control(CommandType.KILL, scope="firm", value=0)


def _instrument(terms: InstrumentTerms | None) -> Set:
    def put(scene: Scene) -> None:
        scene.instrument = terms

    return put


def _phase(phase: Phase, symbol: str = "IBM") -> Set:
    auction = {"auction": "opening"} if phase == Phase.AUCTION else {}
    return lambda scene: scene.control(CommandType.PHASE, symbol=symbol, phase=phase.value, trade_date="2026-09-21", **auction)


def _both_open_but(symbol: str) -> Set:
    """Two markets are open, but one of them is halted then."""

    def put(scene: Scene) -> None:
        for each in ("IBM", "BAC"):
            _phase(Phase.HALTED if each == symbol else Phase.CONTINUOUS, each)(scene)

    return put


def _listed(kind: str, account: str = "", symbol: str = "IBM") -> Set:
    details = {"list": kind} | ({"account": account} if account else {})
    return lambda scene: scene.control(scope="restriction", key=symbol, details=details)


def _off_tick(by: int) -> Set:
    """What the order names of prices is so far from the tick; a trailing stop's offset of the instrument's."""

    def put(scene: Scene) -> None:
        if scene.kind == "trailing_stop":
            scene.instrument = InstrumentTerms(FAR - by if by else FAR, LOT, 10_000_000 * ONE, tradable=True, currency="USD")
        elif scene.price is not None:
            scene.price += by
        else:
            scene.stop_price = (scene.stop_price or 0) + by

    return put


def _quantity(beyond: int) -> Set:
    def put(scene: Scene) -> None:
        scene.quantity += beyond

    return put


def _same_id(name: str) -> Set:
    def put(scene: Scene) -> None:
        scene.work(LOT)
        scene.account.client_order_ids["mine"] = 1
        scene.client_order_id = name

    return put


def _throttled(*, enabled: bool) -> Set:
    """Fills stopped the account a second ago; somebody has enabled it since, or not."""

    def put(scene: Scene) -> None:
        scene.limit(Rule.MAX_EXECUTIONS_RATE, 3 * ONE)
        scene.account.throttled[ACCOUNT] = NOW - 1_000_000
        if enabled:
            scene.control(scope="enable", key=ACCOUNT)

    return put


TRADABLE = InstrumentTerms(TICK, LOT, 10_000_000 * ONE, tradable=True, currency="USD")
OTHER_KILLS = {"desk": "rates", "account": "ZEN-1", "trader": "bob", "instrument": "BAC"}
KILLS = {"firm": "", "desk": "equities", "account": ACCOUNT, "trader": "ann", "instrument": "IBM"}
PRICED = tuple(kind for kind in KINDS if kind != "market")
NEW = (False,)

PAIRS: dict[str, Pair] = {
    "entitled account": Pair("entitlement", Reason.NOT_ENTITLED, _entitle(account="ZEN-1"), _entitle()),
    "entitled side": Pair("entitlement", Reason.NOT_ENTITLED, _side(other=True), _side(other=False)),
    "entitled type": Pair("entitlement", Reason.NOT_ENTITLED, _type(other=True), _type(other=False)),
    "entitled group": Pair("entitlement", Reason.NOT_ENTITLED, _entitle(group="FX"), _entitle(group="ES")),
    "entitled person": Pair("entitlement", Reason.NOT_ENTITLED, _entitle(state="disabled"), _entitle()),
    "account disabled": Pair("account_state", Reason.ACCOUNT_DISABLED, _state("disabled", to_reduce=30 * ONE), _state("active")),
    "account close-only": Pair(
        "account_state", Reason.ACCOUNT_CLOSE_ONLY, _state("close_only", to_reduce=9 * ONE), _state("close_only", to_reduce=10 * ONE)
    ),
    **{
        f"kill of {scope}": Pair("kill", Reason.RISK_KILLED, _kill(scope, key), _kill(scope, OTHER_KILLS[scope]) if key else _kill_released)
        for scope, key in KILLS.items()
    },
    "instrument unknown": Pair("instrument", Reason.INSTRUMENT_UNKNOWN, _instrument(None), _instrument(TRADABLE)),
    "instrument not tradable": Pair(
        "instrument", Reason.INSTRUMENT_NOT_TRADABLE, _instrument(TRADABLE._replace(tradable=False)), _instrument(TRADABLE)
    ),
    "market halted": Pair("phase", Reason.PHASE_REFUSES, _phase(Phase.HALTED), _phase(Phase.CONTINUOUS)),
    "market closed": Pair("phase", Reason.PHASE_REFUSES, _phase(Phase.CLOSED), _phase(Phase.AUCTION)),
    "another market halted": Pair("phase", Reason.PHASE_REFUSES, _both_open_but("IBM"), _both_open_but("BAC")),
    "symbol restricted": Pair("restriction", Reason.INSTRUMENT_RESTRICTED, _listed("restricted"), _listed("watch")),
    "symbol restricted for the account": Pair(
        "restriction", Reason.INSTRUMENT_RESTRICTED, _listed("restricted", ACCOUNT), _listed("restricted", "ZEN-1")
    ),
    "price on the tick": Pair("tick", Reason.PRICE_OFF_TICK, _off_tick(1), _off_tick(0), PRICED),
    "more than a lot": Pair("lot", Reason.QUANTITY_OFF_LOT, _quantity(1), _quantity(LOT)),
    "less than a lot": Pair("lot", Reason.QUANTITY_OFF_LOT, _quantity(-1), _quantity(-LOT)),
    "client order id": Pair("client_order_id", Reason.ORDER_DUPLICATE, _same_id("mine"), _same_id("other"), amends=NEW),
    "stopped by its fills": Pair("max_executions_rate", Reason.EXECUTIONS_THROTTLED, _throttled(enabled=False), _throttled(enabled=True)),
}
"""By what is asked about: the check's rule and code, and both scenes."""


def scene_of(pair: Pair, buy: bool, kind: str, amend: bool, *, refused: bool) -> Scene:
    """One half of a pair."""
    scene = replace(Scene(buy, kind, amend))
    (pair.refuse if refused else pair.allow)(scene)
    return scene
