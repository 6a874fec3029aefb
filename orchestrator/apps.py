"""Django's registration of the app `orchestrator`."""

from django.apps import AppConfig


class OrchestratorConfig(AppConfig):
    """The app `orchestrator`."""

    name = "orchestrator"
