"""People of every role, browsers, and a device that shows one-time codes."""

import base64
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from oms_site.infra.redis import client as redis_client
from oms_site.people import roles_sync
from tests.integration.risk.conftest import NOW, PASSWORD, people

__all__ = ["NOW", "PASSWORD", "people"]


@pytest.fixture(autouse=True)
def _calm() -> None:
    """Log-ins of one test do not make the next one wait."""
    redis_client().delete("log-ins:127.0.0.1")


@pytest.fixture
def settings_of_production(settings: Any) -> Any:
    """Few failures lock out, and for long."""
    settings.AXES_FAILURE_LIMIT = 3
    return settings


def log_in(username: str, password: str = PASSWORD, otp: str = "", **meta: str) -> tuple[Client, Any]:
    """A browser that sent the log-in form, and the answer."""
    browser = Client(**meta)
    return browser, browser.post("/login", {"username": username, "password": password, "otp": otp})


@pytest.fixture
def browser_of(people: dict[str, User]) -> Callable[[str], Client]:
    """A browser in which somebody has logged in by the page."""
    roles_sync()
    User.objects.exclude(username="stranger").update(is_staff=True)

    def logged_in(who: str) -> Client:
        browser, answer = log_in(who)
        assert answer.status_code == 302, answer.content
        return browser

    return logged_in


def code_of(device: TOTPDevice, steps: int = 0) -> str:
    """What the device shows `steps` half-minutes from now."""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time() + steps * device.step
    return f"{totp.token():06d}"


def set_up_codes(browser: Client, user: User) -> tuple[TOTPDevice, list[str]]:
    """Set up one-time codes on the account page; the device and the recovery codes shown."""
    browser.post("/account/codes/begin")
    shown = browser.get("/account/codes").content.decode()
    device = TOTPDevice.objects.get(user=user)
    assert base64.b32encode(device.bin_key).decode() in shown.replace(" ", "")
    answer = browser.post("/account/codes/confirm", {"code": code_of(device)})
    recovery = re.findall(r"<li>([a-z2-7-]{19})</li>", answer.content.decode())
    device.refresh_from_db()
    return device, recovery
