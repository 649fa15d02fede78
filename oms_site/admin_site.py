"""The admin site: the back-office desk."""

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig


class OmsAdminSite(admin.AdminSite):
    """The stock admin under our name."""

    site_header = "Order management"
    site_title = "Order management"
    index_title = "Back office"


class OmsAdminConfig(AdminConfig):
    """Makes `OmsAdminSite` the default site."""

    default_site = "oms_site.admin_site.OmsAdminSite"
