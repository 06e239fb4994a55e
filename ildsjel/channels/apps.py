from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "ildsjel.channels"
    label = "channels"
