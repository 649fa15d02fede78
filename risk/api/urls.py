"""REST routes of risk: tokens, accounts, limits, kills."""

from django.urls import path

from risk.api.accounts import Accounts
from risk.api.kills import Kills, KillView, ReleaseView
from risk.api.limits import Limits, Utilisation
from risk.api.tokens import TokensView, TokenView

urlpatterns = [
    path("auth/token", TokenView.as_view(), name="token"),
    path("auth/tokens", TokensView.as_view(), name="tokens"),
    path("accounts", Accounts.as_view(), name="accounts"),
    path("risk/limits", Limits.as_view(), name="limits"),
    path("risk/utilisation", Utilisation.as_view(), name="utilisation"),
    path("risk/kill", KillView.as_view(), name="kill"),
    path("risk/kills", Kills.as_view(), name="kills"),
    path("risk/kill/<int:kill_id>/release", ReleaseView.as_view(), name="kill-release"),
]
