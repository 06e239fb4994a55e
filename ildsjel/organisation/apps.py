from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    name = "ildsjel.organisation"
    label = "organisation"
