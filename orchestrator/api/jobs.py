"""Jobs and incidents over REST, and the work of outside workers: activate, complete, fail, error."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bpmn.engine import commands
from orchestrator import errors
from orchestrator.api import answers, filters, paging, requests, shapes
from orchestrator.api.description import described
from orchestrator.governance import permissions
from orchestrator.models import Incident, Job, JobState
from orchestrator.runtime import incidents, jobs

WORK = "orchestrator.work_jobs"


class JobList(APIView):
    """GET /jobs?instance=&state=&type="""

    @described("list_jobs", query=filters.Jobs, answers={200: answers.Jobs})
    def get(self, request: Request) -> Response:
        """List jobs of processes the caller may view, newest first."""
        filters.only(request, filters.Jobs)
        rows = Job.objects.all()
        if (keys := permissions.keys(requests.caller(request))) is not None:
            rows = rows.filter(instance__process_key__in=keys)
        if instance := filters.id(request, "instance"):
            rows = rows.filter(instance_id=instance)
        if state := filters.word(request, "state", among=JobState.values):
            rows = rows.filter(state=state)
        if type := request.query_params.get("type"):
            rows = rows.filter(type=type)
        return Response(paging.page(request, rows, order="-id", shape=shapes.job))


class JobActivation(APIView):
    """POST /jobs/activate"""

    @described("activate_jobs", body=requests.Activation, answers={200: answers.LeasedJobs}, refusals=(403,))
    def post(self, request: Request) -> Response:
        """Lease ready jobs of a type to an outside worker."""
        _require(request)
        asked = requests.body(request, requests.Activation)
        rows = jobs.activate(type=asked.type, worker=asked.worker, limit=asked.max_jobs,
                             lease_seconds=asked.lease_seconds, now=timezone.now())  # fmt: skip
        return Response({"results": shapes.leased_jobs(rows)})


class JobComplete(APIView):
    """POST /jobs/{id}/complete"""

    @described("complete_job", body=requests.JobResult, answers={200: answers.JobDone}, refusals=(403, 404, 409))
    def post(self, request: Request, id: UUID) -> Response:
        """Take the result of a leased job."""
        work, asked = _leased(request, id)
        result = commands.CompleteJob(token=work.token, variables=requests.same_key(asked.variables))
        step = jobs.complete(work=[(work, result)], now=timezone.now())
        return Response({"instance": step.id, "state": step.head.state})


class JobError(APIView):
    """POST /jobs/{id}/error"""

    @described("throw_job_error", body=requests.JobResult, answers={200: answers.JobDone}, refusals=(403, 404, 409))
    def post(self, request: Request, id: UUID) -> Response:
        """End a leased job with a BPMN error."""
        work, asked = _leased(request, id)
        thrown = commands.ThrowError(token=work.token, code=asked.code, message=asked.message,
                                     variables=requests.same_key(asked.variables))  # fmt: skip
        step = jobs.complete(work=[(work, thrown)], now=timezone.now())
        return Response({"instance": step.id, "state": step.head.state})


class JobFail(APIView):
    """POST /jobs/{id}/fail"""

    @described("fail_job", body=requests.JobResult, answers={200: answers.JobFailed}, refusals=(403, 404, 409))
    def post(self, request: Request, id: UUID) -> Response:
        """Say that an attempt failed: it is tried again later, or becomes an incident."""
        work, asked = _leased(request, id)
        again = jobs.fail(work=work, message=asked.message or "The worker failed.", code=asked.code,
                          retryable=asked.retryable, now=timezone.now())  # fmt: skip
        return Response({"again": again})


def _require(request: Request) -> None:
    if not requests.caller(request).has_perm(WORK):
        raise errors.NotPermitted(f"{requests.caller(request)} may not work on jobs; that needs the role operator.")


def _leased(request: Request, job_id: UUID) -> tuple[jobs.Work, requests.JobResult]:
    _require(request)
    asked = requests.body(request, requests.JobResult)
    row = Job.objects.filter(id=job_id).first()
    if row is None:
        raise errors.NotFound(f"There is no job {job_id}.")
    if not row.is_external:  # a lease is a number that can be guessed, and a model's answer is not to be forged
        raise errors.NotPermitted(f'Jobs of type "{row.type}" are done here, and by nobody outside.')
    if row.state == JobState.DONE:
        raise errors.AlreadyDone("This job was completed already.")
    if row.lease != asked.lease or row.state != JobState.RUNNING:
        raise errors.LeaseLost
    return jobs.works([job_id])[0], asked


class IncidentList(APIView):
    """GET /incidents?instance=&state=open|resolved"""

    @described("list_incidents", query=filters.Incidents, answers={200: answers.Incidents})
    def get(self, request: Request) -> Response:
        """List incidents of processes the caller may view, newest first."""
        filters.only(request, filters.Incidents)
        rows = Incident.objects.all()
        if (keys := permissions.keys(requests.caller(request))) is not None:
            rows = rows.filter(instance__process_key__in=keys)
        if instance := filters.id(request, "instance"):
            rows = rows.filter(instance_id=instance)
        if state := filters.word(request, "state", among=("open", "resolved")):
            rows = rows.filter(resolved_at__isnull=state == "open")
        return Response(paging.page(request, rows, order="-id", shape=shapes.incident))


class IncidentRetry(APIView):
    """POST /incidents/{id}/retry"""

    @described("retry_incident", answers={200: answers.Incident}, refusals=(403, 404, 409))
    def post(self, request: Request, id: UUID) -> Response:
        """Try the failed step again."""
        retried = incidents.retry(incident_id=id, actor=requests.caller(request), now=timezone.now())
        return Response(shapes.incident(retried))
