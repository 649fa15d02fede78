"""The risk home: on one page what a person of risk looks at first. Read-only; each line leads to where something can be done."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from risk import control_room, selectors
from risk.admin.headroom import MARKS
from risk.models import AccountExposure


def risk_home(request: HttpRequest) -> HttpResponse:
    """Utilisation, rejects by hour, kills, requests, stale prices: of the accounts the person sees."""
    if not request.user.has_perm("risk.view_accountexposure"):
        raise PermissionDenied
    now = timezone.now()
    accounts = selectors.visible_accounts(request.user)
    hours, rejected = control_room.rejects(now)
    context = {
        "title": "Risk",
        "opts": AccountExposure._meta,
        "rules": control_room.RULES,
        "heat": [
            (row.account, [(use, MARKS[use.level.value] if use else "") for use in row.uses]) for row in control_room.heat(accounts, now)
        ],
        "hours": hours,
        "rejected": rejected,
        "kills": control_room.kills(accounts),
        "waiting": control_room.waiting(request.user, now),
        "copy": control_room.drop_copy() if request.user.has_perm("reporting.view_break") else None,
        "stale": control_room.stale_prices(now),
        "now": now,
    }
    return TemplateResponse(request, "admin/risk/home.html", admin.site.each_context(request) | context)
