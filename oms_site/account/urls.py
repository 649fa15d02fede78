"""Addresses of a person's own pages, under /account/."""

from django.urls import path

from oms_site.account import views

urlpatterns = [
    path("", views.account, name="account"),
    path("password", views.password, name="account-password"),
    path("codes", views.one_time_codes, name="account-codes"),
    path("codes/begin", views.codes_begin, name="account-codes-begin"),
    path("codes/confirm", views.codes_confirm, name="account-codes-confirm"),
    path("codes/renew", views.codes_renew, name="account-codes-renew"),
    path("codes/remove", views.codes_remove, name="account-codes-remove"),
    path("sessions/<str:digest>/revoke", views.session_revoke, name="account-session-revoke"),
    path("tokens/<str:digest>/revoke", views.token_revoke, name="account-token-revoke"),
    path("revoke", views.others_revoke, name="account-revoke"),
    path("active", views.active, name="account-active"),
]
