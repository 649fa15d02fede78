"""The pages outside the admin: log-in, log-out and the blotter. See ADR 0009."""

from django.contrib import auth
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect, ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from oms_site import env


class Login(LoginView):
    """Log in with a session; `next` leads only to pages of this site."""

    template_name = "login.html"
    redirect_authenticated_user = True


@require_POST
@csrf_protect
@never_cache
def logout(request: HttpRequest) -> HttpResponse:
    """End the session; its sockets are closed within seconds."""
    auth.logout(request)
    return HttpResponseRedirect(resolve_url("login"))


@require_safe
@never_cache
@login_required
@ensure_csrf_cookie
def blotter(request: HttpRequest) -> HttpResponse:
    """The trading page. It is the same for everyone: what it shows comes by REST and the stream, which know who asks."""
    return render(request, "blotter.html", {"flower_url": env.FLOWER_URL})
