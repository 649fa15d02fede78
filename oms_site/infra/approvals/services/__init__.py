"""Writes of requests: ask, withdraw, decide, carry out, break the glass, review; and what the clock does. Each tells the audit log.

A protected service calls `require`; nothing else turns an approval into an act. See ADR 0012.
"""

from oms_site.infra.approvals.services.asking import SameAskedAlready, request_submit, request_withdraw
from oms_site.infra.approvals.services.clearing import requests_expire, requests_revert
from oms_site.infra.approvals.services.deciding import request_approve, request_reject
from oms_site.infra.approvals.services.emergency import request_break_glass, request_review, request_take_alone
from oms_site.infra.approvals.services.errors import ApprovalNeeded, RequestClosed, RequestExpired, SecondPersonNeeded
from oms_site.infra.approvals.services.using import carry_out, require

__all__ = [
    "ApprovalNeeded",
    "RequestClosed",
    "RequestExpired",
    "SameAskedAlready",
    "SecondPersonNeeded",
    "carry_out",
    "request_approve",
    "request_break_glass",
    "request_reject",
    "request_review",
    "request_submit",
    "request_take_alone",
    "request_withdraw",
    "requests_expire",
    "requests_revert",
    "require",
]
