"""REST routes of alerts."""

from django.urls import path

from oms_site.infra.alerts.api.alerts import Alerts

urlpatterns = [path("alerts", Alerts.as_view(), name="alerts")]
