"""Django's registration of the admin with our site; loaded before any model."""

from django.contrib.admin.apps import AdminConfig


class HandoffAdminConfig(AdminConfig):
    """Django's admin, guarded: see admin_site.py."""

    default_site = "orchestrator.governance.admin_site.HandoffAdminSite"
