"""What the database itself refuses about the books, whoever writes and however. ADR 0014.

An entry says how many lines it has. At commit they must all be there and zero in sum for each currency and each instrument; a line beyond
them, or of an entry that is not there, is refused at once: so nothing can be added to an entry that was found balanced.
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


_BALANCED = f"""
SELECT coalesce(sum(n), 0), coalesce(bool_and(total = 0 AND asset IS NOT NULL), false) INTO counted, zero FROM (
    SELECT asset, count(*) AS n, sum(amount) AS total FROM (
        SELECT line.amount, (SELECT concat_ws(' ', account.asset_type, account.asset) FROM reporting_ledgeraccount AS account
            WHERE account.id = line.account_id) AS asset
        FROM reporting_journalline AS line WHERE line.entry_id = NEW.id) AS line
    GROUP BY asset) AS asset;
IF counted <> NEW.lines OR NOT zero THEN
{_refuse("an entry has all its lines, zero in sum for each currency and instrument")} END IF;
RETURN NULL;
"""  # noqa: S608 - constants
"""Each account by its key, whatever the planner knows of the tables: a join was planned as a scan of all accounts, once an entry."""
ENTRY_GUARDS = (
    Guard(
        name="balanced",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        timing=pgtrigger.Deferred,
        declare=[("counted", "bigint"), ("zero", "boolean")],
        func=_BALANCED,
    ),
    *_stays("an entry stays as it was posted: post one that reverses it"),
)
"""Of `JournalEntry`."""

_OF_ITS_ENTRY = f"""
IF EXISTS (SELECT 1 FROM added LEFT JOIN reporting_journalentry AS entry ON entry.id = added.entry_id
WHERE entry.id IS NULL OR added.number NOT BETWEEN 1 AND entry.lines) THEN
{_refuse("a line belongs to an entry that says it has it")} END IF;
RETURN NULL;
"""  # noqa: S608 - constants
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

_KEEPS_ITS_NAME = f"""
IF (OLD.id, OLD.owner, OLD.kind, OLD.asset_type, OLD.asset) IS DISTINCT FROM (NEW.id, NEW.owner, NEW.kind, NEW.asset_type, NEW.asset) THEN
{_refuse("a ledger account stays whose and what it is")} END IF;
RETURN NEW;
"""
ACCOUNT_GUARDS = (
    Guard(name="keeps_its_name", when=pgtrigger.Before, operation=pgtrigger.Update, func=_KEEPS_ITS_NAME),
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
