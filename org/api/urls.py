"""Routes of people's things for programs."""

from django.urls import path

from org.api import approvals, calendar

urlpatterns = [
    path("working-days", calendar.Calendar.as_view(), name="api-working-days"),
    path("working-days/set", calendar.CalendarDays.as_view(), name="api-working-days-set"),
    path("approvals", approvals.ApprovalList.as_view(), name="api-approvals"),
    path("approvals/<str:number>", approvals.ApprovalOne.as_view(), name="api-approval"),
    path(
        "approvals/<str:number>/decide",
        approvals.ApprovalDecide.as_view(),
        name="api-approval-decide",
    ),
]
