from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "ildsjel.work"
    label = "work"
