"""What every REST endpoint shares: strict JSON in, one envelope for refusals, tokens, throttle, keyset pages."""

from oms_site.infra.rest.authentication import ApiTokenAuthentication
from oms_site.infra.rest.errors import refusal
from oms_site.infra.rest.middleware import RequestIdMiddleware
from oms_site.infra.rest.pages import page
from oms_site.infra.rest.parsing import (
    StrictJSONParser,
    choice,
    json_object,
    moment,
    query_params,
    text,
    whole_number,
)
from oms_site.infra.rest.rendering import OrjsonRenderer, decimal_text, timestamp
from oms_site.infra.rest.throttle import TokenThrottle

__all__ = [
    "ApiTokenAuthentication",
    "OrjsonRenderer",
    "RequestIdMiddleware",
    "StrictJSONParser",
    "TokenThrottle",
    "choice",
    "decimal_text",
    "json_object",
    "moment",
    "page",
    "query_params",
    "refusal",
    "text",
    "timestamp",
    "whole_number",
]
