"""Addresses of this room's pages, below the organisation's."""

from django.urls import path

from ildsjel.organisation.views import audit, calendars, members, settings

app_name = "organisation"
urlpatterns = [
    path("", settings.settings_index, name="settings"),
    path("organisation/", settings.organisation, name="organisation"),
    path("members/", members.members, name="members"),
    path("members/invite/", members.invite, name="invite"),
    path("members/invitations/<int:pk>/withdraw/", members.withdraw, name="invitation-withdraw"),
    path("members/<int:pk>/", members.member, name="member"),
    path("members/<int:pk>/<str:where>/", members.let, name="member-let"),
    path("audit/", audit.audit, name="audit"),
    path("hours/", calendars.calendars, name="calendars"),
    path("hours/add/", calendars.add_calendar, name="calendar-add"),
    path("hours/<int:pk>/", calendars.calendar, name="calendar"),
    path("hours/<int:pk>/remove/", calendars.remove_calendar, name="calendar-remove"),
    path("hours/<int:pk>/day/", calendars.day, name="calendar-day"),
    path("hours/<int:pk>/day/<int:override>/plain/", calendars.plain_day, name="calendar-plain"),
]
