"""Routes of freeze rules."""

from django.urls import path

from freeze_rules.views import (
    rule_applying,
    rule_board,
    rule_differences,
    rule_trials,
    rule_writing,
    rules,
    telling,
)

urlpatterns = [
    path("freeze-rules/", rules.rule_list, name="freeze-rules"),
    path("freeze-rules/board/", rule_board.board, name="rule-board"),
    path("freeze-rules/board/data/", rule_board.data, name="rule-board-data"),
    path("freeze-rules/board.<str:kind>", rule_board.file, name="rule-board-file"),
    path("freeze-rules/apply/", rule_applying.apply_rule, name="rule-apply"),
    path("freeze-rules/tell/", telling.tell, name="rule-tell"),
    path("freeze-rules/new/", rule_writing.new, name="freeze-rule-new"),
    path("freeze-rules/presets/<slug:code>/", rule_writing.take_preset, name="rule-preset"),
    path("freeze-rules/export/", rule_writing.export, name="rules-export"),
    path("freeze-rules/import/", rule_writing.bring_in, name="rules-import"),
    path("freeze-rules/<int:rule_id>/", rules.rule_page, name="freeze-rule"),
    path("freeze-rules/<int:rule_id>/edit/", rule_writing.edit, name="freeze-rule-edit"),
    path("freeze-rules/<int:rule_id>/preview/", rule_trials.preview, name="rule-preview"),
    path("freeze-rules/<int:rule_id>/shadow/", rule_trials.shadow, name="rule-shadow"),
    path("freeze-rules/<int:rule_id>/review/", rule_trials.review, name="rule-review"),
    path(
        "freeze-rules/<int:rule_id>/differences/",
        rule_differences.differences,
        name="rule-differences",
    ),
    path("freeze-rules/<int:rule_id>/review/done/", rule_trials.reviewed, name="rule-reviewed"),
    path("freeze-rules/<int:rule_id>/tests/", rule_writing.keep_case, name="rule-test"),
    path(
        "freeze-rules/<int:rule_id>/tests/<int:case_id>/drop/",
        rule_writing.drop_case,
        name="rule-test-drop",
    ),
    path("freeze-rules/<int:rule_id>/do/<slug:verb>/", rules.act, name="rule-act"),
    path("freeze-rules/<int:rule_id>/tune/", rules.tune, name="rule-tune"),
    path(
        "freeze-rules/<int:rule_id>/verdicts/<int:verdict_id>/",
        rules.say_of_verdict,
        name="rule-verdict",
    ),
]
