"""Addresses of this room's pages, below the organisation's."""

from django.urls import path

from ildsjel.channels.views import channels, connect, imports

app_name = "channels"
urlpatterns = [
    path("", channels.listing, name="list"),
    path("add/", connect.kinds, name="add"),
    path("add/<slug:kind>/", connect.connect, name="connect"),
    path("import/", imports.upload, name="import"),
    path("import/<int:pk>/", imports.source, name="import-source"),
    path("import/<int:pk>/stop/", imports.stop, name="import-stop"),
    path("import/<int:pk>/go-on/", imports.go_on, name="import-go-on"),
    path("import/<int:pk>/again/", imports.again, name="import-again"),
    path("import/<int:pk>/left-out.csv", imports.rejected_csv, name="import-rejected"),
    path("<int:pk>/", channels.detail, name="detail"),
    path("<int:pk>/edit/", connect.edit, name="edit"),
    path("<int:pk>/switch/", channels.switch, name="switch"),
    path("<int:pk>/try/", channels.try_now, name="try"),
    path("<int:pk>/secret/", channels.renew_secret, name="renew-secret"),
    path("<int:pk>/remove/", channels.remove, name="remove"),
    path("<int:pk>/restore/", channels.restore, name="restore"),
]
