"""Routes of reports for programs."""

from django.urls import path

from freeze_rules.api import boards, clearance, reports

urlpatterns = [
    path("customs", reports.Customs.as_view(), name="api-customs"),
    path("suppliers/blocked", reports.SuppliersBlocked.as_view(), name="api-suppliers-blocked"),
    path("suppliers/allowed", reports.SuppliersAllowed.as_view(), name="api-suppliers-allowed"),
    path("suppliers/quality", boards.SupplierBoard.as_view(), name="api-supplier-quality"),
    path("suppliers/limits", boards.SupplierLimits.as_view(), name="api-supplier-limits"),
    path("clearance", clearance.Clearance.as_view(), name="api-clearance"),
    path("inspections", reports.Inspections.as_view(), name="api-inspections"),
    path("promotions", reports.Promotions.as_view(), name="api-promotions"),
    path("freeze-presets", reports.Presets.as_view(), name="api-freeze-presets"),
    path("holds/<int:hold_id>/evidence", reports.HoldEvidence.as_view(), name="api-evidence"),
]
