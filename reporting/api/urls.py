"""Routes of reporting under /api."""

from django.urls import path

from reporting.api.ledger import LedgerEntries
from reporting.api.positions import Positions
from reporting.api.profit import ProfitAndLoss
from reporting.api.reports import VIEWS
from reporting.api.settlement import SettlementInstructions

urlpatterns = [
    path("pnl", ProfitAndLoss.as_view(), name="pnl"),
    path("ledger/entries", LedgerEntries.as_view(), name="ledger-entries"),
    path("positions", Positions.as_view(), name="positions"),
    *(path(f"reports/{name}", view.as_view(), name=f"report-{name}") for name, view in VIEWS.items()),
    path("settlement/instructions", SettlementInstructions.as_view(), name="settlement-instructions"),
]
