"""`manage.py verify_audit`: walk the audit's chain of hashes and name every break."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orchestrator.governance import audit
from orchestrator.models import AuditEntry


class Command(BaseCommand):
    """Check that no audit entry was changed or removed."""

    help = "Check that no audit entry was changed or removed."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the breaks and end with an error when there is one."""
        found = list(audit.breaks())
        for one in found:
            self.stderr.write(one.message)
        if found:
            raise CommandError(f"The chain is broken in {len(found)} places.")
        self.stdout.write(f"{AuditEntry.objects.count()} entries, the chain holds.")
