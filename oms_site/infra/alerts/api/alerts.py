"""`GET /api/alerts`: what the desk must look at."""

from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oms_site.infra.alerts import selectors
from oms_site.infra.alerts.models import Severity
from oms_site.infra.errors import Forbidden
from oms_site.infra.rest import choice, page, query_params
from oms_site.infra.rest.pages import PAGE_PARAMS
from oms_site.infra.roles import either

_STATES = ("open", "acknowledged")
_ALERT = inline_serializer(
    "Alert",
    {
        "id": serializers.IntegerField(),
        "kind": serializers.CharField(),
        "severity": serializers.ChoiceField(choices=list(Severity.values)),
        "text": serializers.CharField(),
        "link": serializers.CharField(allow_null=True, help_text="path of the page to look at"),
        "created_at": serializers.DateTimeField(),
        "acknowledged_by": serializers.CharField(allow_null=True),
        "acknowledged_at": serializers.DateTimeField(allow_null=True),
    },
)
_PAGE = inline_serializer("AlertPage", {"results": serializers.ListField(child=_ALERT), "next": serializers.URLField(allow_null=True)})
_PARAMS = [
    OpenApiParameter("state", enum=list(_STATES), description="open: nobody has acknowledged it"),
    OpenApiParameter("severity", enum=list(Severity.values)),
    OpenApiParameter("page_size", int, description="1 to 500"),
    OpenApiParameter("cursor", description="from `next` of the page before"),
]


class Alerts(APIView):
    """Alerts, for the roles of the desk."""

    @extend_schema(summary="Alerts, newest first", parameters=_PARAMS, responses=_PAGE)
    def get(self, request: Request) -> Response:
        """A page of alerts; 403 for who has no role of the desk."""
        if not selectors.sees_alerts(request.user):
            raise Forbidden(f"alerts: needs the role {either(selectors.DESK_ROLES)}")
        params = query_params(request, PAGE_PARAMS | {"state", "severity"})
        found = selectors.alerts()
        if "state" in params:
            found = found.filter(acknowledged_at__isnull=choice(params["state"], "state", _STATES) == "open")
        if "severity" in params:
            found = found.filter(severity=choice(params["severity"], "severity", tuple(Severity.values)))
        return Response(page(request, found, selectors.alert_object, params))
