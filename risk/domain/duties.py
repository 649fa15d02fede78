"""What a person has to do before anything else, and how it is said."""

from enum import StrEnum


class Duty(StrEnum):
    """Kept in the session from the log-in until it is done."""

    PASSWORD = "password"  # noqa: S105 - what is to be changed, no secret
    OTP = "otp"


DUTIES: dict[Duty, str] = {
    Duty.PASSWORD: "your password was set by somebody else and has to be changed",
    Duty.OTP: "your role needs one-time codes, which are not set up yet",
}
