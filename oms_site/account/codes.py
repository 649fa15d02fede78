"""What a person's device needs: a key, a picture of it, codes for the day it is lost. Random, so made here at the edge."""

import base64
import secrets
from io import BytesIO

import qrcode
from django_otp.plugins.otp_totp.models import TOTPDevice
from qrcode.image.svg import SvgPathFillImage

RECOVERY_CODES = 10


def new_key() -> str:
    """20 random bytes in hex, as RFC 4226 recommends."""
    return secrets.token_hex(20)


def new_recovery_codes() -> list[str]:
    """Ten codes of 80 random bits, in groups of four characters a person can read to somebody."""
    texts = [base64.b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(RECOVERY_CODES)]
    return ["-".join(text[at : at + 4] for at in range(0, 16, 4)) for text in texts]


def new_password() -> str:
    """A password to hand over: 96 random bits."""
    return secrets.token_urlsafe(12)


def key_text(device: TOTPDevice) -> str:
    """The key to type in where no picture can be read, in groups of four."""
    text = base64.b32encode(device.bin_key).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def picture(device: TOTPDevice) -> str:
    """The key as a QR code: a `data:` address of an SVG."""
    written = BytesIO()
    qrcode.make(device.config_url, image_factory=SvgPathFillImage, border=2).save(written)
    return "data:image/svg+xml;base64," + base64.b64encode(written.getvalue()).decode()
