"""Every address: what belongs to an organisation lies below its name."""

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver
from django.views.generic.base import RedirectView

from ildsjel.api.urls import api

rooms: list[URLPattern | URLResolver] = [
    path("dialogue/", include("ildsjel.dialogue.urls")),
    path("listen/", include("ildsjel.listening.urls")),
    path("plan/", include("ildsjel.strategy.urls")),
    path("channels/", include("ildsjel.channels.urls")),
    path("settings/", include("ildsjel.organisation.urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("ildsjel.web.urls")),  # its own pages, and those of an organisation
    # An address is who somebody is here; allauth would let anybody take one without proof.
    path("accounts/email/", RedirectView.as_view(pattern_name="web:profile")),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", api.urls),
    path("o/<slug:organisation>/", include(rooms)),
]
