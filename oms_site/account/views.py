"""A person's own pages. Each button is one service call, for oneself alone."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_otp.plugins.otp_totp.models import TOTPDevice

from oms_site.account import codes
from oms_site.account.agents import agent_words
from oms_site.account.forms import CodeForm, PasswordForm
from oms_site.account.middleware import DUTY
from oms_site.infra.errors import OmsError
from risk import selectors, services
from risk.domain.duties import DUTIES, Duty
from risk.models import ApiToken, RecoveryCode, WebSession
from risk.sessions import digest_of


@require_safe
@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Who one is here, what one may do, and where one is logged in."""
    now = timezone.now()
    user: Any = request.user
    told = {
        "person": services.person_of(user),
        "roles": sorted(selectors.roles(user)),
        "entitlements": selectors.entitlements_of(user),
        "codes_set_up": selectors.otp_set_up(user),
        "recovery_left": RecoveryCode.objects.filter(user=user, used_at=None).count(),
        "sessions": [(one, agent_words(one.agent)) for one in selectors.sessions_live(user, now).order_by("-seen_at")],
        "own_session": digest_of(request.session),
        "tokens": selectors.tokens_live(user).order_by("-created_at"),
    }
    return render(request, "account/account.html", told)


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters()
@login_required
def password(request: HttpRequest) -> HttpResponse:
    """Change one's password; every other session and every token ends."""
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            services.password_change(
                actor=request.user,
                request=request,
                password=form.cleaned_data["password"],
                new=form.cleaned_data["new"],
                keep=digest_of(request.session),
                now=timezone.now(),
                request_id=_id(request),
            )
        except OmsError as refusal:
            _on_form(form, refusal)
        else:
            update_session_auth_hash(request, request.user)  # type: ignore[arg-type] # is logged in
            _duty_again(request)
            messages.success(request, "Your password is changed. Other sessions and all tokens have ended.")
            return redirect("account")
    return render(request, "account/password.html", {"form": form, "duty": _duty_words(request, Duty.PASSWORD)})


@require_safe
@never_cache
@login_required
def one_time_codes(request: HttpRequest) -> HttpResponse:
    """Whether one-time codes are set up, and what can be done about it."""
    return _codes_page(request, CodeForm())


@require_POST
@never_cache
@login_required
def codes_begin(request: HttpRequest) -> HttpResponse:
    """Make a key and show it."""
    try:
        services.otp_begin(actor=request.user, key=codes.new_key(), now=timezone.now())
    except OmsError as refusal:
        messages.error(request, refusal.message)
    return redirect("account-codes")


@require_POST
@never_cache
@login_required
def codes_confirm(request: HttpRequest) -> HttpResponse:
    """Set up the device on its first code; the recovery codes are shown, this once."""
    recovery = codes.new_recovery_codes()

    def act(code: str) -> None:
        services.otp_confirm(actor=request.user, code=code, recovery=recovery, now=timezone.now(), request_id=_id(request))

    return _with_code(request, act, lambda: _shown_once(request, recovery))


@require_POST
@never_cache
@login_required
def codes_renew(request: HttpRequest) -> HttpResponse:
    """New recovery codes, shown this once."""
    recovery = codes.new_recovery_codes()

    def act(code: str) -> None:
        services.recovery_renew(actor=request.user, code=code, recovery=recovery, now=timezone.now(), request_id=_id(request))

    return _with_code(request, act, lambda: _shown_once(request, recovery))


@require_POST
@never_cache
@login_required
def codes_remove(request: HttpRequest) -> HttpResponse:
    """Do without one-time codes."""

    def act(code: str) -> None:
        services.otp_remove(actor=request.user, code=code, now=timezone.now(), request_id=_id(request))

    def done() -> HttpResponse:
        _duty_again(request)
        messages.success(request, "One-time codes are no longer asked for.")
        return redirect("account")

    return _with_code(request, act, done)


@require_POST
@never_cache
@login_required
def session_revoke(request: HttpRequest, digest: str) -> HttpResponse:
    """End one of one's sessions."""
    session = get_object_or_404(WebSession.objects.select_related("user"), pk=digest, user=request.user)
    services.session_revoke(actor=request.user, session=session, now=timezone.now(), request_id=_id(request))
    messages.success(request, "The session has ended.")
    return redirect("account")


@require_POST
@never_cache
@login_required
def token_revoke(request: HttpRequest, digest: str) -> HttpResponse:
    """Revoke one of one's tokens."""
    token = get_object_or_404(ApiToken.objects.select_related("user"), pk=digest, user=request.user)
    services.token_revoke(actor=request.user, token=token, now=timezone.now(), request_id=_id(request))
    messages.success(request, "The token is refused from now on.")
    return redirect("account")


@require_POST
@never_cache
@login_required
def others_revoke(request: HttpRequest) -> HttpResponse:
    """End every session of one's own but this one, and every token."""
    who: dict[str, Any] = {"actor": request.user, "user": request.user, "now": timezone.now(), "request_id": _id(request)}
    sessions = services.sessions_revoke_all(**who, keep=digest_of(request.session))
    tokens = services.tokens_revoke_all(**who)
    messages.success(request, f"Ended: {sessions} sessions, {tokens} tokens.")
    return redirect("account")


@require_POST
@never_cache
@login_required
def active(request: HttpRequest) -> HttpResponse:
    """Somebody is at the screen: idle time counts from now (the middleware has noted it)."""
    return HttpResponse(status=204)


def _with_code(request: HttpRequest, act: Any, done: Any) -> HttpResponse:
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            act(form.cleaned_data["code"])
        except OmsError as refusal:
            _on_form(form, refusal)
        else:
            answer: HttpResponse = done()
            return answer
    return _codes_page(request, form)


def _codes_page(request: HttpRequest, form: CodeForm) -> HttpResponse:
    device = TOTPDevice.objects.filter(user_id=request.user.pk).order_by("-confirmed").first()
    told: dict[str, Any] = {"form": form, "device": device, "duty": _duty_words(request, Duty.OTP)}
    if device is not None and not device.confirmed:
        told |= {"picture": codes.picture(device), "key": codes.key_text(device)}
    return render(request, "account/codes.html", told)


def _shown_once(request: HttpRequest, recovery: list[str]) -> HttpResponse:
    _duty_again(request)
    return render(request, "account/recovery.html", {"recovery": recovery})


def _duty_again(request: HttpRequest) -> None:
    """What is left to do first, now."""
    duty = selectors.duty_of(request.user)
    if duty is None:
        request.session.pop(DUTY, None)
    else:
        request.session[DUTY] = duty.value


def _duty_words(request: HttpRequest, duty: Duty) -> str:
    return DUTIES[duty] if request.session.get(DUTY) == duty.value else ""


def _on_form(form: Any, refusal: OmsError) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)


def _id(request: HttpRequest) -> str:
    return str(getattr(request, "request_id", ""))
