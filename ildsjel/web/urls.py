"""Addresses of the shell's own pages: those of an organisation, and those before one is chosen."""

from django.urls import path

from ildsjel.organisation.views import join, profile
from ildsjel.web.views import exports, heard, hooks, live, sample, search, setup, start, today

app_name = "web"
urlpatterns = [
    path("", start.start, name="start"),
    path("me/", profile.profile, name="profile"),
    path("me/tokens/add/", profile.add_token, name="token-add"),
    path("me/tokens/<int:pk>/revoke/", profile.revoke_token, name="token-revoke"),
    path("setup/<str:secret>/", setup.setup, name="setup"),
    path("setup/<str:secret>/sample/", setup.setup_sample, name="setup-sample"),
    path("setup/<str:secret>/check/", setup.check_words, name="setup-check"),
    path("setup/<str:secret>/<slug:step>/", setup.setup, name="setup-step"),
    path("new/", setup.new, name="new"),
    path("new/sample/", setup.new_sample, name="new-sample"),
    path("new/sample/making/", sample.making, name="sample-making"),
    path("new/sample/stop/", sample.stop, name="sample-stop"),
    path("new/check/", setup.check_words, name="new-check"),
    path("new/<slug:step>/", setup.new, name="new-step"),
    path("join/<str:secret>/", join.join, name="join"),
    path("hooks/<int:channel>/", hooks.hook, name="hook"),
    path("o/<slug:organisation>/", today.today, name="today"),
    path("o/<slug:organisation>/count/", today.count, name="today-count"),
    path("o/<slug:organisation>/listen/posts/<int:pk>/", heard.heard, name="heard"),
    path("o/<slug:organisation>/listen/posts/<int:pk>/answer/", heard.take, name="take-up"),
    path("o/<slug:organisation>/listen/posts/", heard.heard_in_inbox, name="heard-in-inbox"),
    path("o/<slug:organisation>/health/", today.channel_part, name="today-channels"),
    path("o/<slug:organisation>/search/", search.search, name="search"),
    path("o/<slug:organisation>/palette/", search.palette, name="palette"),
    path("o/<slug:organisation>/live/", live.live, name="live"),
    path("o/<slug:organisation>/export/<slug:kind>/", exports.export, name="export"),
    path("health/", live.health, name="health"),
    path("o/<slug:organisation>/remove-sample/", sample.remove, name="remove-sample"),
]
