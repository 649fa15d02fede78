"""What the database itself refuses about the books, whoever writes and however. ADR 0014.

The lines that one statement adds to an entry are zero in sum for each currency and each instrument, so what they come to always is: a look
at a whole batch, not at each entry. An entry says how many lines it has: at commit they must all be there; a line beyond them, or of an
entry that is not there, is refused at once.
"""

import pgtrigger

from oms_site.infra.approvals.guards import needs_request
from oms_site.infra.postgresql.triggers import Guard, kept_whole


def _refuse(words: str) -> str:
    return f"RAISE EXCEPTION '{words}' USING ERRCODE = 'integrity_constraint_violation';"


def _stays(words: str) -> tuple[Guard, ...]:
    return (
        Guard(name="stays", when=pgtrigger.Before, operation=pgtrigger.Update, func=_refuse(words)),
        *kept_whole(words),
    )


_COMPLETE = f"""
IF (SELECT count(*) FROM reporting_journalline AS line WHERE line.entry_id = NEW.id) <> NEW.lines THEN
{_refuse("an entry has all its lines")} END IF;
RETURN NULL;
"""  # noqa: S608 - constants
ENTRY_GUARDS = (
    Guard(name="complete", when=pgtrigger.After, operation=pgtrigger.Insert, timing=pgtrigger.Deferred, func=_COMPLETE),
    *_stays("an entry stays as it was posted: post one that reverses it"),
)
"""Of `JournalEntry`."""

_OF_ITS_ENTRY = f"""
IF EXISTS (SELECT 1 FROM added LEFT JOIN reporting_journalentry AS entry ON entry.id = added.entry_id
WHERE entry.id IS NULL OR added.number NOT BETWEEN 1 AND entry.lines) THEN
{_refuse("a line belongs to an entry that says it has it")} END IF;
IF EXISTS (SELECT 1 FROM (
    SELECT added.entry_id, added.amount, (SELECT concat_ws(' ', account.asset_type, account.asset) FROM reporting_ledgeraccount AS account
        WHERE account.id = added.account_id) AS asset
    FROM added) AS line GROUP BY line.entry_id, line.asset HAVING sum(line.amount) <> 0 OR line.asset IS NULL) THEN
{_refuse("lines of an entry are written together, zero in sum for each currency and instrument")} END IF;
RETURN NULL;
"""  # noqa: S608 - constants
"""Each account by its key, whatever the planner knows of the tables: a join was planned as a scan of all accounts, once an entry."""
LINE_GUARDS = (
    Guard(
        name="of_its_entry",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        level=pgtrigger.Statement,
        referencing=pgtrigger.Referencing(new="added"),
        func=_OF_ITS_ENTRY,
    ),
    *_stays("a line stays as it was posted: post an entry that reverses its own"),
)
"""Of `JournalLine`."""

ACCOUNT_GUARDS = (
    Guard(
        name="keeps_its_name",
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf("id", "owner", "kind", "asset_type", "asset"),
        func=_refuse("a ledger account stays whose and what it is"),
    ),
    *kept_whole("ledger accounts are never deleted"),
)
"""Of `LedgerAccount`."""

FEE_GUARDS = _stays("a fee stays as it was charged: what takes it back is a row of its own")
"""Of `FillFee`."""

_NOT_BACKWARDS = f"""
IF EXISTS (SELECT 1 FROM reporting_fillfee WHERE made_at >= NEW.effective_from) THEN
{_refuse("a schedule holds for fills to come: there are fills since then")} END IF;
RETURN NEW;
"""  # noqa: S608 - constants
SCHEDULE_GUARDS = (
    Guard(name="not_backwards", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_NOT_BACKWARDS),
    needs_request("needs_approval", column="approval_id", kind="fee_schedule"),
    *_stays("a schedule stays as it was set: set one that follows it"),
)
"""Of `FeeSchedule`."""

STEP_GUARDS = _stays("a step of a settlement stays as it was told")
"""Of `SettlementStep`."""
