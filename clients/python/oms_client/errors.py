"""What a program can be told by the system, or find out about its connection."""


class OmsClientError(Exception):
    """Anything this package raises."""


class Refused(OmsClientError):
    """A request was refused and had no effect: the system's envelope, and the HTTP status."""

    def __init__(self, status: int, code: str, message: str, field: str | None = None, request_id: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.status, self.code, self.message, self.field, self.request_id = status, code, message, field, request_id


class NotAuthenticated(OmsClientError):
    """The credentials are refused, also after they were renewed where they can be."""


class Forbidden(OmsClientError):
    """The user is known and may not do this at all."""


class ConnectionLost(OmsClientError):
    """The server could not be reached for as long as the caller was ready to wait. Nothing is known to be lost."""


class ProtocolError(OmsClientError):
    """The other side does not speak this protocol, or this client broke it (a frame too large)."""
