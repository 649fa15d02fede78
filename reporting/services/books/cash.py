"""Cash and positions put in or taken out by two people: carried out as risk's settings, and posted with them, in one transaction."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from django.db import transaction

from marketdata import selectors as market_selectors
from oms_site.infra.approvals.kinds import Act, Kind
from oms_site.infra.errors import Conflict
from reporting import selectors
from reporting.domain.ledger import AssetType, Cause, Entry, deposit_lines
from reporting.models import JournalEntry
from reporting.services.books import rows
from risk import selectors as risk_selectors
from risk.domain.settings import SettingScope
from risk.models import Setting
from risk.services import setting_kinds
from schemas.units import ONE, format_units, to_units


class CashShort(Conflict):
    """More is to be taken out than the account has free. HTTP 409."""

    default_code = "cash_short"


def put_in_carry_out(act: Act) -> str:
    """Set for risk, and posted. Raises what setting it raises, and `CashShort`: then nothing is done."""
    with transaction.atomic():
        done = setting_kinds.carried_out(act)
        settings = list(risk_selectors.put_in(act.request))
        for setting in settings:
            _require_free(setting)
        put_in_post(settings)
    return done


def put_in_post(settings: Iterable[Setting]) -> int:
    """Post those that have not been posted; how many. Runs in the caller's transaction."""
    named = {_name(setting): setting for setting in settings}
    rows.one_at_a_time()
    causes = (Cause.DEPOSIT, Cause.WITHDRAWAL, Cause.POSITION)
    posted = set(JournalEntry.objects.filter(cause__in=causes, cause_id__in=named).values_list("cause_id", flat=True))
    fresh = [setting for name, setting in named.items() if name not in posted]
    rows.entries_copy(list(entries_of(fresh, iter(rows.entry_numbers(len(fresh))))))
    return len(fresh)


def entries_of(settings: Iterable[Setting], numbers: Iterator[int]) -> Iterator[Entry]:
    """The entry each of them makes."""
    for setting in settings:
        yield _entry(next(numbers), _name(setting), setting)


def _name(setting: Setting) -> str:
    return f"setting-{setting.pk}"


def _entry(number: int, name: str, setting: Setting) -> Entry:
    account, _, asset = setting.key.partition("/")
    amount, at = to_units(setting.value or 0) * ONE, market_selectors.to_microseconds(setting.set_at)
    if setting.scope == SettingScope.POSITION:
        lines = deposit_lines(account, AssetType.INSTRUMENT, asset, amount)
        return Entry(number, Cause.POSITION, name, account, asset, "", "", at, lines)
    cause = Cause.DEPOSIT if amount > 0 else Cause.WITHDRAWAL
    return Entry(number, cause, name, account, "", "", "", at, deposit_lines(account, AssetType.CURRENCY, asset, amount))


def _require_free(setting: Setting) -> None:
    """What is taken out must be there: available, less what is to be paid for purchases that have not settled."""
    account, _, currency = setting.key.partition("/")
    wanted = -to_units(setting.value or 0)
    if setting.scope != SettingScope.CASH or wanted <= 0:
        return
    free = selectors.cash_free(account, currency) // ONE
    if wanted > free:
        raise CashShort(
            f"value: {account} has {format_units(free)} {currency} free, {format_units(wanted)} cannot be taken out", field="value"
        )


KINDS: tuple[Kind, ...] = tuple(replace(kind, carry_out=put_in_carry_out) for kind in setting_kinds.PUT_IN)
