"""Each service that writes rows also writes an audit entry: read from the code, by which function calls which."""

import ast
import re
from functools import cache

from tests.tidy.tree import ROOT, files

WRITES = {
    "create",
    "save",
    "update",
    "delete",
    "bulk_create",
    "bulk_update",
    "update_or_create",
    "get_or_create",
    "copy",
    "set_password",
} | {"copy_rows"}
"""Calls on models and querysets that write."""
TELLS = {"record", "record_many"}
UNTOLD: dict[str, str] = {
    "books_post": "a fold of the log: the log tells",
    "carry_out": "calls the kind's service, which tells; uses the request up, which is told",
    "claims_finish": "a feed's lease of a symbol, renewed all the time",
    "claims_renew": "a feed's lease of a symbol, renewed all the time",
    "claims_take": "a feed's lease of a symbol, renewed all the time",
    "entries_copy": "the books: what an entry is for is told by the log, or by the service that posts it",
    "executions_copy": "a fold of the log: the log tells",
    "executions_project": "a fold of the log: the log tells",
    "fees_copy": "a fold of the log: the log tells",
    "fills_check": "the drop copy of the log: what differs is told",
    "house_told": "what the house's worker does now: its orders are in the log",
    "idempotency_keys_forget": "first answers that are too old to be asked for again",
    "instructions_send": "messages to the houses: each is a step of its instruction, and who asks for it tells",
    "lease_release": "a worker's lease, renewed all the time",
    "lease_renew": "a worker's lease, renewed all the time",
    "leases_supervise": "a worker's lease, renewed all the time",
    "limits_show_what_holds": "which of the versions holds now: each was told when it was set",
    "obligations_net": "a part of settlement_move, which tells",
    "otp_begin": "a key nobody has confirmed yet: its confirmation is told",
    "positions_project": "a fold of the log: the log tells",
    "put_in_post": "posts what two people put in: that setting is told",
    "replay_beat": "where a replay stands, as its process tells it: that it was asked for and steered is told",
    "replay_checked": "where a replay stands, as its process tells it: that it was asked for and steered is told",
    "replay_checking": "where a replay stands, as its process tells it: that it was asked for and steered is told",
    "replay_end": "where a replay stands, as its process tells it: that it was asked for and steered is told",
    "replay_next": "where a replay stands, as its process tells it: that it was asked for and steered is told",
    "reverted": "what holds again was told when it was set; that the request is undone is told",
    "schedule_locked": "the row a market has from the first look at it on",
    "search_forget": "a person's own bookmark",
    "search_save": "a person's own bookmark",
    "session_seen": "that a session was used",
    "steps_write": "what happened to an instruction: a word of the log, or what the service that acts tells",
    "trades_copy": "the drop copy of the log: what differs is told",
    "workers_sync": "rows follow the code's table when it is set up: row events tell of each, under the command",
}
"""Why a service that writes has no entry of its own."""


def _services() -> list[str]:
    return [path.as_posix() for path in files(".py") if re.search(r"^(?!tests|clients).*/services", path.as_posix())]


def _called(function: ast.AST) -> set[str]:
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return {call.attr if isinstance(call, ast.Attribute) else call.id for call in calls if isinstance(call, (ast.Attribute, ast.Name))}


@cache
def _functions() -> dict[str, tuple[str, set[str]]]:
    """By name: where it is, and what it calls."""
    found = {}
    for path in _services():
        for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                where, called = found.get(node.name, (path, set()))
                found[node.name] = (where, called | _called(node))
    return found


def _reaches(name: str, wanted: set[str], seen: frozenset[str] = frozenset()) -> bool:
    if name in wanted:
        return True
    known = _functions().get(name)
    if known is None or name in seen:
        return False
    return any(_reaches(called, wanted, seen | {name}) for called in known[1])


def test_a_service_that_writes_tells_the_audit_log_or_says_here_why_not() -> None:
    public = {name for name in _functions() if not name.startswith("_")}
    writing = {name for name in public if _reaches(name, WRITES)}
    untold = {name for name in writing if not _reaches(name, TELLS)}
    assert len(writing) > 40
    assert untold == set(UNTOLD), {name: _functions()[name][0] for name in untold ^ set(UNTOLD) if name in _functions()}
