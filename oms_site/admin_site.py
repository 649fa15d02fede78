"""The admin site: the back-office desk. Its look is one style sheet over the stock admin. See ADR 0009."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils import timezone

from oms_site import env
from oms_site.plain_decimals import PlainDecimals

PLACES = (
    ("Blotter", "blotter", "quotes, order ticket, live orders and fills", ""),
    ("Risk", "admin:risk_home", "limits in use, rejects, kills, requests", "risk.view_accountexposure"),
    ("Workers", "admin:supervision_desiredworker_changelist", "what runs; pause, stop, restart", "supervision.view_desiredworker"),
    ("Reports", "admin:reports", "every report, on screen and as a file", ""),
    ("Words", "admin:words", "what the words on these screens mean", ""),
    ("API docs", "docs", "every REST call, to try out", ""),
    ("OpenAPI document", "schema", "the same for programs", ""),
)
"""(name, address, what it is for, the permission it asks for) of the pages beside the admin."""


def places(user: Any) -> list[dict[str, Any]]:
    """Links to the pages of `PLACES` that exist and this person may open, and to Flower, a server of its own."""
    found = []
    for name, address, purpose, permission in PLACES:
        if permission and not user.has_perm(permission):
            continue
        try:
            found.append({"name": name, "url": reverse(address), "purpose": purpose, "elsewhere": False})
        except NoReverseMatch:  # an app that is not installed has no page
            continue
    found.append({"name": "Flower", "url": env.FLOWER_URL, "purpose": "Celery's tasks and workers", "elsewhere": True})
    return found


class HistoryPage:
    """Mixed into every registered desk page: a row's history is what all of the product recorded of it, not what the admin did."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The page, for whoever may see the row."""
        from oms_site.infra.tracking.admin.history import row_history  # noqa: PLC0415 - as above

        row = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined] # of the ModelAdmin this is mixed into
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if not self.has_view_permission(request, row):  # type: ignore[attr-defined]
            raise PermissionDenied
        return row_history(request, self, row)


class SearchedPage:
    """Mixed into every registered desk page: a list shows the searches its person has saved of it, and saves the present one."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list."""
        from oms_site.infra.searches.selectors import searches_of  # noqa: PLC0415 - as above

        opts = self.opts  # type: ignore[attr-defined] # of the ModelAdmin this is mixed into
        name = f"{opts.app_label}_{opts.model_name}"
        context = {"search_page": name, "search_query": request.META.get("QUERY_STRING", ""), "searches": searches_of(request.user, name)}
        return super().changelist_view(request, {**context, **(extra_context or {})})  # type: ignore[misc] # as above


class OmsAdminSite(admin.AdminSite):
    """The stock admin under our name, with links to what lies beside it."""

    site_header = "Order management"
    site_title = "Order management"
    index_title = "Back office"
    empty_value_display = "-"
    site_url = None

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The product's own log-in: one way in, one lock-out, one place that asks for one-time codes."""
        from oms_site.views import Login  # noqa: PLC0415 - this module is read before the apps are loaded

        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied("the admin is for people with a role")
        return Login.as_view(next_page=reverse("admin:index"))(request)  # type: ignore[return-value]

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        """The product's own log-out."""
        from oms_site.views import logout  # noqa: PLC0415 - as above

        return logout(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        """On the person's own page."""
        return HttpResponseRedirect(reverse("account-password"))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The person's home: what waits and what goes on, then every page there is."""
        from oms_site.home import home  # noqa: PLC0415 - as above

        return super().index(request, {**home(request.user, timezone.now()), **(extra_context or {})})

    def get_urls(self) -> list[Any]:
        """The stock addresses, where things are found by their id, what the words mean, what the first page draws, saved searches."""
        from oms_site.finding import find  # noqa: PLC0415 - as above
        from oms_site.glossary import words  # noqa: PLC0415 - as above
        from oms_site.infra.searches.views import search_forget, search_save  # noqa: PLC0415 - as above
        from oms_site.pulse.views import pulse, standing  # noqa: PLC0415 - as above
        from reporting.admin.reports import report_list, report_screen  # noqa: PLC0415 - as above

        own = {"find": find, "words": words, "pulse": pulse, "standing": standing, "search-save": search_save, "reports": report_list}
        forget = path("search-forget/<int:pk>", self.admin_view(search_forget), name="search-forget")
        report = path("reports/<str:name>", self.admin_view(report_screen), name="report")
        pages = [path(name, self.admin_view(page), name=name) for name, page in own.items()]
        return [*pages, forget, report, *super().get_urls()]

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Register a page: its lists with plain decimals and saved searches, each row with its history."""
        page = admin_class or admin.ModelAdmin
        plain = type(
            page.__name__, (PlainDecimals, HistoryPage, SearchedPage, page), {"__module__": page.__module__, "__doc__": page.__doc__}
        )
        super().register(model_or_iterable, plain, **options)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page knows: the stock context and the places."""
        return {**super().each_context(request), "places": places(request.user)}


class OmsAdminConfig(AdminConfig):
    """Makes `OmsAdminSite` the default site."""

    default_site = "oms_site.admin_site.OmsAdminSite"
