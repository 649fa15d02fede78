"""People in the admin: one role, desks, state; changed through the service, by somebody else than themselves."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html_join

from risk import services
from risk.admin import people_views
from risk.admin.through_services import ServiceAdmin, request_id
from risk.domain.roles import Role
from risk.models import Desk

_BUTTONS = {"password": "Reset password", "out": "Log out everywhere", "codes": "Remove one-time codes"}

admin.site.unregister(User)


class PersonForm(forms.ModelForm):
    """What of a person can be changed, and why. Rights follow from the role: there is no way to give single ones."""

    role = forms.ChoiceField(required=False, choices=[("", "none"), *((role.value, role.value) for role in Role)])
    desks = forms.ModelMultipleChoiceField(Desk.objects.order_by("code"), required=False, widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"size": 60}), help_text="kept in the audit log")

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            held = services.person_of(self.instance)
            self.initial.update(role=held.role, desks=sorted(held.desks))

    def person(self) -> services.Person:
        """What was asked for."""
        given = self.cleaned_data
        return services.Person(
            given["first_name"],
            given["last_name"],
            given["email"],
            given["role"],
            frozenset(desk.pk for desk in given["desks"]),
            given["is_active"],
        )


@admin.register(User)
class PersonAdmin(ServiceAdmin):
    """By user name, which stays as it was made. One's own page is to look at: the service refuses as well."""

    form = PersonForm
    list_display = ("username", "first_name", "last_name", "role", "desk", "is_active", "last_login")
    list_filter = ("is_active", "groups")
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("username",)
    fields = ("username", ("first_name", "last_name"), "email", "role", "desks", "is_active", "reason")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups", "desks")

    @admin.display(description="role")
    def role(self, person: User) -> str:
        """The role; a superuser is an admin besides."""
        names = {group.name for group in person.groups.all()}
        held = [role.value for role in Role if role.value in names] + (["superuser"] if person.is_superuser else [])
        return ", ".join(held)

    @admin.display(description="desks")
    def desk(self, person: User) -> str:
        """Desks the person belongs to."""
        return ", ".join(sorted(member.desk_id for member in person.desks.all()))

    @admin.display(description="for this person")
    def buttons(self, person: User) -> str:
        """What can be done at once."""
        links = [(reverse(f"admin:auth_user_{name}", args=[person.pk]), words) for name, words in _BUTTONS.items()]
        return format_html_join(" ", '<a class="button" href="{}">{}</a>', links)

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[Any, ...]:
        if obj is None:
            return self.fields
        if not self.has_change_permission(request, obj):
            return ("username", ("first_name", "last_name"), "email", "role", "desk", "is_active", "last_login")
        return (*self.fields, "buttons")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return ("username", "buttons") if self.has_change_permission(request, obj) else ("role", "desk", "last_login")

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.pk != request.user.pk)

    def get_urls(self) -> list[URLPattern]:
        views = {"password": people_views.password_reset, "out": people_views.everything_revoke, "codes": people_views.codes_remove}
        own = [path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"auth_user_{name}") for name, view in views.items()]
        return [*own, *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        told = {"reason": form.cleaned_data["reason"], "now": timezone.now(), "request_id": request_id(request)}
        if change:
            services.person_save(actor=request.user, user=obj, person=form.person(), **told)
            return
        password = people_views.new_password()
        made = services.person_make(actor=request.user, username=obj.username, person=form.person(), password=password, **told)
        obj.pk = made.pk
        request.handed_over = password  # type: ignore[attr-defined] # to `response_add`, which is not given the form

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: Any = None) -> HttpResponse:
        """The password to hand over, this once."""
        return people_views.password_page(request, obj, request.handed_over)  # type: ignore[attr-defined]
