"""Every address of the product. Each app lists its own REST routes."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from oms_site import health, views

urlpatterns = [
    path("", views.blotter, name="blotter"),
    path("login", views.Login.as_view(), name="login"),
    path("logout", views.logout, name="logout"),
    path("account/", include("oms_site.account.urls")),
    path("admin/", admin.site.urls),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("api/", include("oms_site.infra.alerts.api.urls")),
    path("api/", include("marketdata.api.urls")),
    path("api/", include("risk.api.urls")),
    path("api/", include("matching.api.urls")),
    path("api/", include("orders.api.urls")),
    path("api/", include("reporting.api.urls")),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]

handler400 = "oms_site.infra.rest.errors.bad_request"
handler403 = "oms_site.infra.rest.errors.permission_denied"
handler404 = "oms_site.infra.rest.errors.page_not_found"
handler500 = "oms_site.infra.rest.errors.server_error"
