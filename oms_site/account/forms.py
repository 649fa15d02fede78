"""Forms of the log-in and of a person's own pages. What services refuse becomes an error on the form's field."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils import timezone

from oms_site.infra.errors import OmsError
from risk import services

_NEW = {"autocomplete": "new-password", "minlength": "12"}
_NOW = {"autocomplete": "current-password"}
_CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "32"}


class LogInForm(AuthenticationForm):
    """User name, password and, for those who have set one up, a one-time code. `refusal` is why the service said no."""

    otp = forms.CharField(required=False, max_length=32, strip=True, widget=forms.TextInput(_CODE))
    refusal: OmsError | None = None

    def clean(self) -> dict[str, Any]:
        """Identify the person; `get_user` gives it."""
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not username or not password:
            return self.cleaned_data
        try:
            self.user_cache = services.identify(
                request=self.request,  # type: ignore[arg-type] # the log-in page gives it
                username=username,
                password=password,
                otp=self.cleaned_data.get("otp") or None,
                now=timezone.now(),
                request_id=getattr(self.request, "request_id", ""),
            )
        except OmsError as refusal:
            self.refusal = refusal
            raise ValidationError(refusal.message, code=refusal.code) from None
        return self.cleaned_data


class PasswordForm(forms.Form):
    """The present password and, twice, the new one."""

    password = forms.CharField(label="Present password", widget=forms.PasswordInput(_NOW), strip=False, max_length=128)
    new = forms.CharField(label="New password", widget=forms.PasswordInput(_NEW), strip=False, max_length=128)
    again = forms.CharField(label="New password again", widget=forms.PasswordInput(_NEW), strip=False, max_length=128)

    def clean(self) -> dict[str, Any]:
        """Both new ones are the same."""
        given = super().clean() or {}
        if not self.errors and given["new"] != given["again"]:
            self.add_error("again", "again: is not the same as the new password")
        return given


class CodeForm(forms.Form):
    """A one-time code, or where it says so a recovery code."""

    code = forms.CharField(label="Code", max_length=32, strip=True, widget=forms.TextInput(_CODE))
