from django.apps import AppConfig


class ListeningConfig(AppConfig):
    name = "ildsjel.listening"
    label = "listening"
