"""Addresses of this room's pages, below the organisation's."""

from django.urls import path

from ildsjel.strategy.views import channels, files, findings, goals, guide, parts, plan, versions

app_name = "strategy"
urlpatterns = [
    path("", plan.plan, name="plan"),
    path("matrix/", plan.matrix, name="matrix"),
    path("management/", plan.management, name="management"),
    path("everything/", parts.parts, name="parts"),
    path("findings/", findings.findings, name="findings"),
    path("findings/<slug:rule>/<slug:kind>/<str:key>/", findings.accept, name="accept"),
    path("accepted/<int:pk>/take-up/", findings.take_up, name="take-up"),
    path("history/", versions.versions, name="versions"),
    path("history/compare/", versions.comparison, name="comparison"),
    path("history/<int:pk>/undo/", versions.undo, name="undo"),
    path("sign/", versions.sign, name="sign"),
    path("file/", files.export, name="export"),
    path("import/", files.bring_in, name="import"),
    path("import/look/", files.look, name="import-look"),
    path("import/example/<slug:name>/", files.example, name="import-example"),
    path("begin/", guide.guide, name="guide"),
    path("begin/<slug:step>/", guide.guide, name="guide-step"),
    path("goals/<int:pk>/observe/", goals.observe, name="observe"),
    path("goals/<int:pk>/observe-again/", goals.observe_again, name="observe-again"),
    path("goals/<int:pk>/forget/<int:value>/", goals.forget, name="forget"),
    path("channels/<int:pk>/link/", channels.link, name="link"),
    path("all/<str:kind>/", parts.of_kind, name="of-kind"),
    path("<str:kind>/add/", parts.add, name="add"),
    path("<str:kind>/<int:pk>/", parts.show, name="show"),
    path("<str:kind>/<int:pk>/edit/", parts.edit, name="edit"),
    path("<str:kind>/<int:pk>/archive/", parts.archive, name="archive"),
    path("<str:kind>/<int:pk>/restore/", parts.restore, name="restore"),
]
