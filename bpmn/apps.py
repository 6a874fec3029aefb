"""Django's registration of the app `bpmn`."""

from django.apps import AppConfig


class BpmnConfig(AppConfig):
    """The app `bpmn`."""

    name = "bpmn"
    verbose_name = "BPMN"
