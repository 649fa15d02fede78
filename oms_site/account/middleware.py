"""What happens to every request of a browser that is logged in: its session was used, and its person's duties come first."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone

from oms_site.infra.errors import Forbidden
from oms_site.infra.rest.errors import envelope
from risk import services
from risk.domain.duties import DUTIES, Duty

DUTY = "duty"
"""In the session: what its person has to do before anything else, set at the log-in."""
_OPEN = ("/account/", "/login", "/logout", "/static/", "/livez", "/readyz", "/metrics")
"""Where somebody may go who has a duty."""
_STEPS = 20
"""Use is noted so many times in the time a session may be idle, and every minute at most: not at every request."""


def account_first(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, after Django's of authentication. Requests without a session's cookie pass untouched."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return get_response(request)
        _seen(request.session)
        duty = request.session.get(DUTY)
        if duty is not None and not request.path.startswith(_OPEN):
            return _first(request, Duty(duty))
        return get_response(request)

    return middleware


def _seen(session: Any) -> None:
    now = timezone.now()
    step = timedelta(seconds=min(60.0, settings.OMS_SESSION_IDLE_SECONDS / _STEPS))
    if session.row is not None and now - session.row.seen_at >= step:
        services.session_seen(digest=session.row.pk, now=now)


def _first(request: HttpRequest, duty: Duty) -> HttpResponse:
    """To the page where it can be done; programs are told."""
    if request.path.startswith("/api/"):
        return JsonResponse(envelope(request, Forbidden(DUTIES[duty], code="account_page_needed")), status=403)
    return HttpResponseRedirect(reverse("account-password" if duty is Duty.PASSWORD else "account-codes"))
