"""Refusals of this room."""

from oms_site.infra.errors import Conflict, Forbidden


class SecondPersonNeeded(Forbidden):
    """Who asks does not decide, whatever else that person may do. HTTP 403."""

    default_code = "second_person_needed"


class RequestClosed(Conflict):
    """It has been decided, withdrawn or carried out before. HTTP 409."""

    default_code = "request_closed"


class RequestExpired(Conflict):
    """Its time is over: it has to be asked for again. HTTP 409."""

    default_code = "request_expired"


class ApprovalNeeded(Forbidden):
    """A protected service was called without a request that allows exactly this. HTTP 403."""

    default_code = "approval_needed"
