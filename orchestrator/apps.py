"""Django's registration of the app `orchestrator`, and who listens to what."""

from django.apps import AppConfig


class OrchestratorConfig(AppConfig):
    """The app `orchestrator`."""

    name = "orchestrator"

    def ready(self) -> None:
        """Connect the listeners.

        Workers wake on our own facts, instances go on by facts of the inbox, drawn decisions open second looks.
        """
        from django.db.models.signals import post_migrate

        from decisions import facts as decision_facts
        from humantasks import cases
        from humantasks import facts as inbox_facts
        from orchestrator import checks, facts
        from orchestrator.config import celery
        from orchestrator.governance import roles
        from orchestrator.workers import answers, background, second_looks

        celery.app.set_default()
        checks.register()
        post_migrate.connect(roles.after_migrate, sender=self, dispatch_uid="handoff.roles")
        facts.told.connect(background.on_fact, dispatch_uid="handoff.wake")
        decision_facts.told.connect(second_looks.on_decision, dispatch_uid="handoff.second_looks")
        cases.connect(answers.hold)
        inbox_facts.told.connect(answers.on_inbox, dispatch_uid="handoff.answers")
