from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "ildsjel.web"
    label = "web"
