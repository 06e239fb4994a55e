from django.apps import AppConfig


class DialogueConfig(AppConfig):
    name = "ildsjel.dialogue"
    label = "dialogue"
