"""Routes of the boards, of the search and of the shell."""

from django.urls import path

from insights import views
from insights.design import views as design
from insights.help import views as help_pages
from insights.operations import api as operations_api
from insights.operations import views as operations
from insights.search import views as search
from insights.shell import views as shell
from insights.start import views as start
from insights.trail import pages as trail

urlpatterns = [
    path("", views.workbench, name="workbench"),
    path("search/", search.search_page, name="search"),
    path("search/hits/", search.search_hits, name="search-hits"),
    path("design/", design.design, name="design"),
    path("glossary/", help_pages.glossary, name="glossary"),
    path("start/", start.first_hour, name="start"),
    path("start/shop/", start.open_training_shop, name="start-shop"),
    path("start/order/", start.let_buyer_order, name="start-order"),
    path("shell/state/", shell.shell_state, name="shell-state"),
    path("shell/places/", shell.place_list, name="shell-places"),
    path("shell/place/", shell.set_place, name="set-place"),
    path("metrics", operations.metrics, name="metrics"),
    path("operations/", operations.operations, name="operations"),
    path("operations/revive/", operations.revive, name="operations-revive"),
    path("operations/judge-again/", operations.judge_again, name="operations-judge-again"),
    path("api/v1/operations", operations_api.Operations.as_view(), name="api-operations"),
    path(
        "api/v1/operations/dead-letters",
        operations_api.DeadLetters.as_view(),
        name="api-dead-letters",
    ),
    path(
        "api/v1/operations/dead-letters/revive",
        operations_api.Revive.as_view(),
        name="api-dead-letters-revive",
    ),
    path(
        "api/v1/operations/given-up-events",
        operations_api.GivenUpEvents.as_view(),
        name="api-given-up-events",
    ),
    path(
        "api/v1/operations/given-up-events/judge",
        operations_api.JudgeAgain.as_view(),
        name="api-given-up-events-judge",
    ),
    path("trail/", trail.trail, name="trail"),
    path("trail/<int:record_id>/", trail.record, name="trail-record"),
    path("insights/measures/", views.catalogue, name="measures"),
    path("insights/measures/<slug:code>/", views.measure, name="measure"),
    path("insights/measures/<slug:code>/data/", views.measure_data, name="measure-data"),
    path(
        "insights/measures/<slug:code>/file/<slug:kind>/", views.measure_file, name="measure-file"
    ),
]
