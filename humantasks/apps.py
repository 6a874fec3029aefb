"""Django's registration of the app `humantasks`."""

from django.apps import AppConfig


class HumantasksConfig(AppConfig):
    """The app `humantasks`."""

    name = "humantasks"
    verbose_name = "Human tasks"
