"""The one table of reports."""

from typing import Any

from oms_site.infra.errors import Forbidden, NotFound
from reporting.reports.audit import AUDIT
from reporting.reports.blotter import BLOTTER
from reporting.reports.confirmation import CONFIRMATION
from reporting.reports.definition import Report
from reporting.reports.executions import EXECUTIONS
from reporting.reports.holdings import POSITIONS
from reporting.reports.ledger import CASH, FEES, LEDGER
from reporting.reports.limits import LIMITS
from reporting.reports.profit import PNL
from reporting.reports.rejects import REJECTS
from reporting.reports.settlement import FAILS, SETTLEMENT
from reporting.reports.statement import STATEMENT
from reporting.reports.trades import TRADES
from risk import selectors as risk_selectors

_ALL: tuple[Report, ...] = (
    BLOTTER,
    EXECUTIONS,
    REJECTS,
    TRADES,
    POSITIONS,
    PNL,
    SETTLEMENT,
    FAILS,
    CASH,
    LEDGER,
    FEES,
    LIMITS,
    AUDIT,
    STATEMENT,
    CONFIRMATION,
)
REPORTS: dict[str, Report] = {report.name: report for report in _ALL}


def reports_of(actor: Any) -> list[Report]:
    """The reports an actor may read."""
    held = risk_selectors.roles(actor)
    return [report for report in REPORTS.values() if report.roles & held]


def report_for(actor: Any, name: str) -> Report:
    """The report of this name. Raises `NotFound`, or `Forbidden` when it is not for the actor's roles."""
    report = REPORTS.get(name)
    if report is None:
        raise NotFound(f"there is no report {name[:32]!r}; known: {', '.join(REPORTS)}", field="name")
    if not report.roles & risk_selectors.roles(actor):
        raise Forbidden(f"the report {name} is for {', '.join(sorted(report.roles))}")
    return report
