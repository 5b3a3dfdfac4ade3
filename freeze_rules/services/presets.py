"""A preset becomes a rule of the house: a draft with its parameters and its tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from freeze_rules.models import Rule, RuleCase
from freeze_rules.presets import PRESETS
from freeze_rules.services import rules
from org.coded import CodedRefusal
from org.models import Person

SENTENCES = {
    "unknown_preset": _("There is no such preset."),
    "unknown_parameter": rules.SENTENCES["unknown_parameter"],
}


class PresetRefused(CodedRefusal):
    """The preset was not taken: unknown_preset, unknown_parameter."""

    sentences = SENTENCES


def install(
    *,
    code: str,
    person: Person,
    name: str = "",
    parameters: Mapping[str, Any] | None = None,
) -> Rule:
    """Take a preset: a rule in DRAFT, with its tests. Joins the caller's transaction.

    Args:
        name: of the rule; empty: the preset's in the reader's language.
        parameters: other values than the preset's own.

    Raises:
        PresetRefused: unknown_preset, unknown_parameter.
        rules.RuleRefused: as `rules.create_rule`.
    """
    preset = PRESETS.get(code)
    if preset is None:
        raise PresetRefused("unknown_preset")
    if set(parameters or {}) - set(preset.parameters):
        raise PresetRefused("unknown_parameter")
    rule = rules.create_rule(
        draft=rules.RuleDraft(
            name=name or str(preset.name),
            definition=preset.definition,
            parameters={**preset.parameters, **(parameters or {})},
            note=str(preset.about)[:400],
            priority=preset.priority,
            preset=preset.code,
        ),
        person=person,
    )
    RuleCase.objects.bulk_create(
        RuleCase(
            rule=rule,
            name=str(case.name),
            given=dict(case.given),
            qty=case.qty,
            expected=case.expected,
        )
        for case in preset.cases
    )
    return rule
