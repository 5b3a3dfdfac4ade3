"""Routes of what follows a freeze, for programs."""

from django.urls import path

from freeze_rules.api import afterwards, disposing

urlpatterns = [
    path("recalls", afterwards.Recalls.as_view(), name="api-recalls"),
    path("recalls/preview", afterwards.RecallPreview.as_view(), name="api-recall-preview"),
    path("recalls/<int:recall_id>", afterwards.RecallOne.as_view(), name="api-recall"),
    path("recalls/<int:recall_id>/lift", afterwards.RecallLift.as_view(), name="api-recall-lift"),
    path("freezes/ageing", afterwards.Ageing.as_view(), name="api-ageing"),
    path("freezes/journal", afterwards.FreezeJournal.as_view(), name="api-freeze-journal"),
    path("freezes/laws", afterwards.Laws.as_view(), name="api-freeze-laws"),
    path("freezes/<int:hold_id>/lease", afterwards.LeaseOne.as_view(), name="api-lease"),
    path("freezes/<int:hold_id>/disposal", disposing.FreezeDisposal.as_view(), name="api-disposal"),
    path(
        "freezes/<int:hold_id>/disposal/preview",
        disposing.FreezeDisposalPreview.as_view(),
        name="api-disposal-preview",
    ),
]
