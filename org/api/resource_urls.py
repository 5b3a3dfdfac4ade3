"""Routes of histories, jobs and people for programs."""

from django.urls import path

from org.api import resources
from org.api.history import History

urlpatterns = [
    path("jobs", resources.Jobs.as_view(), name="api-jobs"),
    path("jobs/<int:job_id>", resources.JobOne.as_view(), name="api-job"),
    path("jobs/<int:job_id>/cancel", resources.JobCancel.as_view(), name="api-job-cancel"),
    path("jobs/<int:job_id>/result", resources.JobResult.as_view(), name="api-job-result"),
    path("history/<slug:kind>/<int:object_id>", History.as_view(), name="api-history"),
    path("people", resources.People.as_view(), name="api-people"),
    path("people/<int:person_id>", resources.PersonOne.as_view(), name="api-person"),
]
