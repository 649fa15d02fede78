"""Roles in the admin: Django's groups, as the code makes them. To look at."""

from django.contrib import admin
from django.contrib.auth.models import Group
from django_otp.plugins.otp_totp.models import TOTPDevice

from oms_site.infra.read_only import ReadOnlyAdmin

admin.site.unregister(Group)
if admin.site.is_registered(TOTPDevice):
    admin.site.unregister(TOTPDevice)  # it would show keys, and let one person make another's device


@admin.register(Group)
class GroupAdmin(ReadOnlyAdmin):
    """What each role may see and do in the admin."""

    list_display = ("name",)
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "permissions")
