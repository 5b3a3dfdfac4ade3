"""Routes of holds."""

from django.urls import path

from freeze_rules.views import ageing, board, conditions, freezing, journal, recalls, rules

urlpatterns = [
    path("holds/", board.holds, name="holds"),
    path("holds/freeze/", freezing.freeze, name="freeze"),
    path("holds/<int:hold_id>/", board.hold, name="hold"),
    path("holds/<int:hold_id>/release/", board.release, name="release-hold"),
    path("holds/<int:hold_id>/lease/", ageing.change_lease, name="change-lease"),
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
    path("freeze-rules/", rules.rule_list, name="freeze-rules"),
    path("freeze-rules/<int:rule_id>/", rules.rule_page, name="freeze-rule"),
    path("freeze-rules/<int:rule_id>/do/<slug:verb>/", rules.act, name="rule-act"),
    path("freeze-rules/<int:rule_id>/tune/", rules.tune, name="rule-tune"),
    path(
        "freeze-rules/<int:rule_id>/verdicts/<int:verdict_id>/",
        rules.say_of_verdict,
        name="rule-verdict",
    ),
]
