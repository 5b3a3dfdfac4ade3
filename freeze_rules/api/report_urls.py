"""Routes of reports for programs."""

from django.urls import path

from freeze_rules.api import (
    boards,
    clearance,
    evidence,
    incidents,
    inspections,
    presets,
    promotions,
    reports,
)

urlpatterns = [
    path("customs", reports.Customs.as_view(), name="api-customs"),
    path("suppliers/blocked", reports.SuppliersBlocked.as_view(), name="api-suppliers-blocked"),
    path("suppliers/allowed", reports.SuppliersAllowed.as_view(), name="api-suppliers-allowed"),
    path("suppliers/quality", boards.SupplierBoard.as_view(), name="api-supplier-quality"),
    path("suppliers/limits", boards.SupplierLimits.as_view(), name="api-supplier-limits"),
    path("clearance", clearance.Clearance.as_view(), name="api-clearance"),
    path(
        "clearance/<int:hold_id>/take-over",
        clearance.ClearanceTaken.as_view(),
        name="api-clearance-take-over",
    ),
    path("inspections", inspections.Inspections.as_view(), name="api-inspections"),
    path(
        "inspections/<int:inspection_id>/result",
        inspections.InspectionResult.as_view(),
        name="api-inspection-result",
    ),
    path(
        "inspections/<int:inspection_id>/files",
        inspections.InspectionFiles.as_view(),
        name="api-inspection-files",
    ),
    path("incidents", incidents.Incidents.as_view(), name="api-incidents"),
    path(
        "incidents/<int:incident_id>/mended",
        incidents.IncidentMended.as_view(),
        name="api-incident-mended",
    ),
    path("promotions", promotions.Promotions.as_view(), name="api-promotions"),
    path(
        "promotions/<int:promotion_id>/end",
        promotions.PromotionEnd.as_view(),
        name="api-promotion-end",
    ),
    path("freeze-presets", presets.Presets.as_view(), name="api-freeze-presets"),
    path("holds/<int:hold_id>/evidence", evidence.HoldEvidence.as_view(), name="api-evidence"),
]
