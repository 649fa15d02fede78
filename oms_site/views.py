"""The pages outside the admin: log-in, log-out and the blotter. See ADR 0009."""

from typing import Any

from django.contrib import auth
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect, ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from oms_site import env
from oms_site.account.forms import LogInForm
from oms_site.account.middleware import DUTY
from risk import selectors, services
from risk.sessions import digest_of


class Login(LoginView):
    """Log in with a session; `next` leads only to pages of this site. The admin's log-in is this one."""

    template_name = "login.html"
    form_class = LogInForm
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        """Begin the session, with what its person has to do first."""
        user = form.get_user()
        auth.login(self.request, user)
        duty = selectors.duty_of(user)
        if duty is not None:
            self.request.session[DUTY] = duty.value
        self.request.session.save()
        services.session_begin(
            actor=user,
            digest=digest_of(self.request.session),
            address=services.address_of(self.request),
            agent=self.request.headers.get("User-Agent", ""),
            now=timezone.now(),
            request_id=getattr(self.request, "request_id", ""),
        )
        return HttpResponseRedirect(self.get_success_url())

    def form_invalid(self, form: Any) -> HttpResponse:
        """The page again, with what the service refused with where it was not a wrong field."""
        answer = super().form_invalid(form)
        if form.refusal is not None and form.refusal.status == 429:
            answer.status_code = form.refusal.status
            for name, value in form.refusal.headers.items():
                answer[name] = value
        return answer


@require_POST
@csrf_protect
@never_cache
def logout(request: HttpRequest) -> HttpResponse:
    """End the session; its sockets are closed within seconds."""
    if request.user.is_authenticated:
        services.session_end(
            actor=request.user,
            digest=digest_of(request.session),
            now=timezone.now(),
            request_id=getattr(request, "request_id", ""),
        )
    auth.logout(request)
    return HttpResponseRedirect(resolve_url("login"))


@require_safe
@never_cache
@login_required
@ensure_csrf_cookie
def blotter(request: HttpRequest) -> HttpResponse:
    """The trading page. It is the same for everyone: what it shows comes by REST and the stream, which know who asks."""
    return render(request, "blotter.html", {"flower_url": env.FLOWER_URL})
