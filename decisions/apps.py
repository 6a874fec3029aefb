"""Django's registration of the app `decisions`."""

from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    """The app `decisions`."""

    name = "decisions"
    verbose_name = "Decisions"
