"""The addresses of `/api/v1`, those first that are asked most: they are looked through in order."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from orchestrator.api import changes, decisions, definitions, events, instances, jobs, tasks

urlpatterns = [
    path("tasks", tasks.TaskList.as_view()),
    path("tasks/<uuid:id>", tasks.TaskDetail.as_view()),
    path("tasks/<uuid:id>/claim", tasks.TaskClaim.as_view()),
    path("tasks/<uuid:id>/unclaim", tasks.TaskUnclaim.as_view()),
    path("tasks/<uuid:id>/complete", tasks.TaskComplete.as_view()),
    path("definitions/<str:key>/start", definitions.Start.as_view()),
    path("instances/<uuid:id>", instances.InstanceDetail.as_view()),
    path("jobs/activate", jobs.JobActivation.as_view()),
    path("jobs/<uuid:id>/complete", jobs.JobComplete.as_view()),
    path("jobs/<uuid:id>/fail", jobs.JobFail.as_view()),
    path("jobs/<uuid:id>/error", jobs.JobError.as_view()),
    path("jobs", jobs.JobList.as_view()),
    path("instances", instances.InstanceList.as_view()),
    path("instances/<uuid:id>/history", instances.InstanceHistory.as_view()),
    path("instances/<uuid:id>/cancel", instances.InstanceCancel.as_view()),
    path("instances/<uuid:id>/variables", instances.InstanceVariables.as_view()),
    path("instances/<uuid:id>/suspend", changes.InstanceSuspend.as_view()),
    path("instances/<uuid:id>/resume", changes.InstanceResume.as_view()),
    path("instances/<uuid:id>/modify", changes.InstanceModify.as_view()),
    path("instances/<uuid:id>/restart", changes.InstanceRestart.as_view()),
    path("instances/<uuid:id>/migrate", changes.InstanceMigrate.as_view()),
    path("definitions", definitions.Definitions.as_view()),
    path("deployments", definitions.Deployments.as_view()),
    path("versions/<uuid:id>/drawing", definitions.VersionDrawing.as_view()),
    path("batches", changes.Batches.as_view()),
    path("messages", events.Messages.as_view()),
    path("signals", events.Signals.as_view()),
    path("conditions/evaluate", events.Conditions.as_view()),
    path("incidents", jobs.IncidentList.as_view()),
    path("incidents/<uuid:id>/retry", jobs.IncidentRetry.as_view()),
    path("decisions", decisions.Records.as_view()),
    path("decisions/<str:key>/evaluate", decisions.Evaluate.as_view()),
    path("feel/evaluate", decisions.Feel.as_view()),
    path("schema", SpectacularAPIView.as_view(), name="schema"),
]
