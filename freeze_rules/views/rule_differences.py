"""Two versions of a rule beside each other: the change that waits, or any two."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from freeze_rules.selectors import rule_views, wording
from freeze_rules.selectors.rulebook import values_for
from freeze_rules.views.rules import found_rule
from org import roles
from org.access import permission_required
from org.addresses import number_in


@require_GET
@permission_required(roles.RULES_VIEW)
def differences(request: HttpRequest, rule_id: int) -> HttpResponse:
    """What two versions say differently; without `?from=&to=` what waits, or the last two."""
    rule = found_rule(rule_id)
    [row] = rule_views.rules(ids=[rule.pk], limit=1)
    every = rule_views.versions(rule.pk)
    numbers = number_in(request.GET, "from"), number_in(request.GET, "to")
    pair = rule_views.beside_each_other(rule, every, numbers=numbers)
    if pair is None and numbers != (None, None):
        raise Http404
    old, new = pair or (every[0], every[0])
    context = {
        "rule": rule,
        "row": row,
        "versions": every,
        "old": old,
        "new": new,
        "waits": new.pk == rule.next_version_id,
        "rows": wording.differences(old.definition, new.definition, rule.parameters),
        "sentences": [
            (each, wording.sentence(each.definition, values_for(rule, each)))
            for each in ((old, new) if pair else (new,))
        ],
    }
    return render(request, "freeze_rules/rule_versions.html", context)
