"""The admin site: the back-office desk. Its look is one style sheet over the stock admin. See ADR 0009."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from oms_site import env

PLACES = (
    ("Blotter", "blotter", "quotes, order ticket, live orders and fills"),
    ("Workers", "admin:supervision_desiredworker_changelist", "what runs; pause, stop, restart"),
    ("API docs", "docs", "every REST call, to try out"),
    ("OpenAPI document", "schema", "the same for programs"),
)
"""(name, address, what it is for) of the pages beside the admin that operators use."""


def places() -> list[dict[str, Any]]:
    """Links to the pages of `PLACES` that exist, and to Flower, a server of its own."""
    found = []
    for name, address, purpose in PLACES:
        try:
            found.append({"name": name, "url": reverse(address), "purpose": purpose, "elsewhere": False})
        except NoReverseMatch:  # an app that is not installed has no page
            continue
    found.append({"name": "Flower", "url": env.FLOWER_URL, "purpose": "Celery's tasks and workers", "elsewhere": True})
    return found


class OmsAdminSite(admin.AdminSite):
    """The stock admin under our name, with links to what lies beside it."""

    site_header = "Order management"
    site_title = "Order management"
    index_title = "Back office"
    empty_value_display = "-"

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page knows: the stock context and the places."""
        return {**super().each_context(request), "places": places()}


class OmsAdminConfig(AdminConfig):
    """Makes `OmsAdminSite` the default site."""

    default_site = "oms_site.admin_site.OmsAdminSite"
