"""Addresses of this room's pages, below the organisation's."""

from django.urls import path

from ildsjel.listening.views import (
    bursts,
    groups,
    language,
    lookback,
    mentions,
    overview,
    stories,
    watches,
)

app_name = "listening"
urlpatterns = [
    path("", mentions.stream, name="mentions"),
    path("new/", mentions.new, name="new"),
    path("export/<slug:kind>/", mentions.export, name="export"),
    path("overview/", overview.overview, name="overview"),
    path("overview/<slug:figure>.csv", overview.table, name="overview-table"),
    path("bursts/", bursts.listing, name="bursts"),
    path("bursts/<int:pk>/", bursts.detail, name="burst"),
    path("bursts/<int:pk>/seen/", bursts.note, name="burst-note"),
    path("bursts/<int:pk>/unseen/", bursts.unnote, name="burst-unnote"),
    path("stories/", stories.listing, name="stories"),
    path("stories/<int:pk>/", stories.detail, name="story"),
    path("stories/<int:pk>/<slug:figure>.csv", stories.table, name="story-table"),
    path("watches/", watches.listing, name="watches"),
    path("watches/add/", watches.add, name="watch-add"),
    path("watches/check/", watches.check, name="watch-check"),
    path("watches/language/", language.language, name="language"),
    path("watches/groups/", groups.listing, name="groups"),
    path("watches/groups/add/", groups.add, name="group-add"),
    path("watches/groups/<int:pk>/", groups.edit, name="group"),
    path("watches/groups/<int:pk>/archive/", groups.archive, name="group-archive"),
    path("watches/groups/<int:pk>/restore/", groups.restore, name="group-restore"),
    path("watches/<int:pk>/", watches.edit, name="watch"),
    path("watches/<int:pk>/archive/", lookback.page, name="lookback"),
    path("watches/<int:pk>/archive/progress/", lookback.progress, name="lookback-progress"),
    path("watches/<int:pk>/archive/stop/", lookback.stop, name="lookback-stop"),
    path("watches/<int:pk>/switch/", watches.switch, name="watch-switch"),
    path("watches/<int:pk>/remove/", watches.remove, name="watch-remove"),
    path("watches/<int:pk>/restore/", watches.restore, name="watch-restore"),
]
