"""Routes for this room's tests: its REST and the admin, whatever else the product serves."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [path("admin/", admin.site.urls), path("api/", include("risk.api.urls"))]
handler404 = "oms_site.infra.rest.errors.page_not_found"
