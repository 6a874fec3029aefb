"""The WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

from orchestrator.config import lifeline
from orchestrator.config.bodies import Measured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orchestrator.config.settings")
if os.environ.get(lifeline.POOL):
    lifeline.hold_on_to_parent()
application = Measured(get_wsgi_application())
