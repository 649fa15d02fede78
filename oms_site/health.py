"""`/livez`, `/readyz` and `/metrics`: for probes and Prometheus, without a log-in."""

from ipaddress import ip_address, ip_network

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from oms_site import env
from oms_site.infra import exposition
from oms_site.readiness import Readiness, as_json

_NETWORKS = tuple(ip_network(network) for network in env.METRICS_NETWORKS)
_readiness = Readiness()


@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing else: a restart mends only the process itself."""
    return JsonResponse({"live": True})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when everything an order needs serves, 503 otherwise; either way what each part said. Details only to allowed networks."""
    told = as_json(_readiness.answers(), timezone.now())
    shown = told if allowed(request) else {"ready": told["ready"]}
    answer = JsonResponse(shown, status=200 if told["ready"] else 503)
    answer._has_been_logged = True  # type: ignore[attr-defined] # a probe that asks every second must not fill the log with errors
    return answer


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """All metrics of this machine. Open to the networks of OMS_METRICS_NETWORKS (loopback by default), refused to all others."""
    if not allowed(request):
        raise PermissionDenied("metrics are for the networks of OMS_METRICS_NETWORKS")
    return HttpResponse(exposition.page(), content_type=CONTENT_TYPE_LATEST)


def allowed(request: HttpRequest) -> bool:
    """Whether the peer is on a network that may look inside. Only a proxy on loopback may name another peer (uvicorn's default)."""
    try:
        peer = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(peer in network for network in _NETWORKS)
