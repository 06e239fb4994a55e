from django.apps import AppConfig


class StrategyConfig(AppConfig):
    name = "ildsjel.strategy"
    label = "strategy"
