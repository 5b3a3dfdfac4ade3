"""Routes of holds."""

from django.urls import path

from freeze_rules.views import (
    ageing,
    board,
    conditions,
    freezing,
    journal,
    promotions,
    proving,
    recalls,
    reports,
)

urlpatterns = [
    path("holds/", board.holds, name="holds"),
    path("holds/freeze/", freezing.freeze, name="freeze"),
    path("holds/<int:hold_id>/", board.hold, name="hold"),
    path("holds/<int:hold_id>/release/", board.release, name="release-hold"),
    path("holds/<int:hold_id>/lease/", ageing.change_lease, name="change-lease"),
    path("holds/<int:hold_id>/approve/", proving.approve_release, name="hold-approve"),
    path("inspections/", reports.inspection_list, name="inspections"),
    path("inspections/<int:inspection_id>/", reports.inspection, name="inspection"),
    path(
        "inspections/<int:inspection_id>/attach/",
        reports.inspection_attach,
        name="inspection-attach",
    ),
    path(
        "inspections/<int:inspection_id>/files/<int:file_id>/",
        reports.inspection_file,
        name="inspection-file",
    ),
    path("customs/", reports.customs, name="customs"),
    path("suppliers/blocked/", reports.supplier_list, name="supplier-blocks"),
    path("suppliers/blocked/<int:block_id>/allow/", reports.supplier_allow, name="supplier-allow"),
    path("incidents/", reports.incident_list, name="incidents"),
    path("incidents/<int:incident_id>/mended/", reports.incident_mended, name="incident-mended"),
    path("promotions/", promotions.promotion_list, name="promotions"),
    path("promotions/<int:promotion_id>/", promotions.promotion, name="promotion"),
    path("promotions/<int:promotion_id>/end/", promotions.promotion_end, name="promotion-end"),
    path("freezes/ageing/", ageing.board, name="ageing"),
    path("freezes/ageing/data/", ageing.data, name="ageing-data"),
    path("freezes/ageing.<str:kind>", ageing.file, name="ageing-file"),
    path("freezes/journal/", journal.journal, name="freeze-journal"),
    path("freezes/journal/print/", journal.on_paper, name="freeze-journal-print"),
    path("recalls/", recalls.recall_list, name="recalls"),
    path("recalls/new/", recalls.new, name="recall-new"),
    path("recalls/<int:recall_id>/", recalls.recall_page, name="recall"),
    path("recalls/<int:recall_id>/lift/", recalls.lift, name="recall-lift"),
    path("recalls/<int:recall_id>/shipped.<str:kind>", recalls.shipped_file, name="recall-shipped"),
    path("freeze-rules/conditions/try/", conditions.try_condition, name="condition-try"),
    path("freeze-rules/conditions/check/", conditions.check_condition, name="condition-check"),
    path("freeze-rules/conditions/words/", conditions.suggest_words, name="condition-words"),
]
