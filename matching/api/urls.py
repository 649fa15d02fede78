"""REST routes of matching."""

from django.urls import path

from matching.api.trades import Trades

urlpatterns = [
    path("trades", Trades.as_view(), name="trades"),
]
