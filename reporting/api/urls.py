"""Routes of reporting under /api."""

from django.urls import path

from reporting.api.positions import Positions
from reporting.api.reports import PositionsReport, TradesReport
from reporting.api.settlement import SettlementInstructions

urlpatterns = [
    path("positions", Positions.as_view(), name="positions"),
    path("reports/trades", TradesReport.as_view(), name="report-trades"),
    path("reports/positions", PositionsReport.as_view(), name="report-positions"),
    path("settlement/instructions", SettlementInstructions.as_view(), name="settlement-instructions"),
]
