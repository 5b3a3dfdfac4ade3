"""Routes of freeze rules for programs."""

from django.urls import path

from freeze_rules.api import boards, rule_applying, rule_events, rule_history, rule_trials, rules

urlpatterns = [
    path("freeze-rules", rules.Rules.as_view(), name="api-rules"),
    path("freeze-rules/board", boards.RuleBoard.as_view(), name="api-rule-board"),
    path("freeze-rules/events", rule_events.RuleEvents.as_view(), name="api-rule-events"),
    path("freeze-rules/file", rules.RulesFile.as_view(), name="api-rules-file"),
    path("freeze-rules/<int:rule_id>", rules.RuleOne.as_view(), name="api-rule"),
    path("freeze-rules/<int:rule_id>/steps", rules.RuleStep.as_view(), name="api-rule-step"),
    path(
        "freeze-rules/<int:rule_id>/apply", rule_applying.RuleApply.as_view(), name="api-rule-apply"
    ),
    path(
        "freeze-rules/<int:rule_id>/apply/preview",
        rule_applying.RuleApplyPreview.as_view(),
        name="api-rule-apply-preview",
    ),
    path(
        "freeze-rules/<int:rule_id>/versions",
        rule_history.RuleVersions.as_view(),
        name="api-rule-versions",
    ),
    path(
        "freeze-rules/<int:rule_id>/versions/<int:version>",
        rule_history.RuleVersionOne.as_view(),
        name="api-rule-version",
    ),
    path(
        "freeze-rules/<int:rule_id>/differences",
        rule_history.RuleDifferences.as_view(),
        name="api-rule-differences",
    ),
    path(
        "freeze-rules/<int:rule_id>/moves", rule_history.RuleMoves.as_view(), name="api-rule-moves"
    ),
    path(
        "freeze-rules/<int:rule_id>/parameters",
        rules.RuleParameters.as_view(),
        name="api-rule-parameters",
    ),
    path(
        "freeze-rules/<int:rule_id>/replays", rules.RuleReplays.as_view(), name="api-rule-replays"
    ),
    path("freeze-rules/<int:rule_id>/tests", rules.RuleTests.as_view(), name="api-rule-tests"),
    path(
        "freeze-rules/<int:rule_id>/shadow",
        rule_trials.RuleShadow.as_view(),
        name="api-rule-shadow",
    ),
    path(
        "freeze-rules/<int:rule_id>/verdicts",
        rules.RuleVerdicts.as_view(),
        name="api-rule-verdicts",
    ),
    path(
        "freeze-rules/<int:rule_id>/verdicts/<int:verdict_id>",
        rule_trials.RuleVerdictJudged.as_view(),
        name="api-rule-verdict",
    ),
    path(
        "freeze-rules/<int:rule_id>/preview",
        rule_trials.RulePreview.as_view(),
        name="api-rule-preview",
    ),
    path(
        "freeze-rules/<int:rule_id>/review",
        rule_trials.RuleReview.as_view(),
        name="api-rule-review",
    ),
]
