"""Addresses of this room's pages, below the organisation's."""

from django.urls import path

from ildsjel.strategy import views

app_name = "strategy"
urlpatterns = [
    path("", views.plan, name="plan"),
    path("<str:kind>/add/", views.add, name="add"),
    path("<str:kind>/<int:pk>/", views.edit, name="edit"),
    path("<str:kind>/<int:pk>/archive/", views.archive, name="archive"),
    path("<str:kind>/<int:pk>/restore/", views.restore, name="restore"),
]
