"""Rules that are ready to be taken, for programs; taken by people."""

from __future__ import annotations

from django.utils.translation import override
from rest_framework.request import Request
from rest_framework.response import Response

from freeze_rules.api.rules import WHOLE, OfRules
from freeze_rules.facts.registry import LANGUAGES
from freeze_rules.models import Rule
from freeze_rules.presets import PRESETS
from freeze_rules.services import presets
from org.api.describing import Raw, described
from org.api.faults import Fault, Faulty, add_texts
from org.api.queries import Query
from org.api.shapes import Field, Shape, facts, text, word

add_texts({"unknown_parameter": presets.SENTENCES["unknown_parameter"]})
PRESET = {
    "code": str, "names": {"zh": str, "en": str}, "about": str,
    "definition": Raw({"type": "object"}), "parameters": Raw({"type": "object"}),
}  # fmt: skip
TAKEN = Shape(
    (
        Field("code", word(*PRESETS), required=True),
        Field("name", text(80), about="Of the rule; the preset's own when it is missing."),
        Field("parameters", facts, about="Other values than the preset's own."),
    )
)


class Presets(OfRules):
    """Rules that are ready to be taken."""

    @described("List presets of freeze rules", answer={"presets": [PRESET]})
    def get(self, request: Request) -> Response:
        """Each with its definition and parameters, as a new rule would have them."""
        Query(request, ())
        found = []
        for preset in PRESETS.values():
            names = {}
            for short, language in LANGUAGES.items():
                with override(language):
                    names[short] = str(preset.name)
            found.append(
                {
                    "code": preset.code, "names": names, "about": str(preset.about),
                    "definition": preset.definition, "parameters": preset.parameters,
                }
            )  # fmt: skip
        return Response({"presets": found})

    @described(
        "Take a preset", body=TAKEN, answer=WHOLE, status=201,
        example={"code": "near-expiry", "parameters": {"days": 45}},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """A rule in DRAFT with the preset's tests; a second person enables it."""
        told, person = TAKEN.must(request.data), self.person()

        def take() -> Rule:
            return presets.install(
                code=told["code"], name=told.get("name", ""),
                parameters=told.get("parameters", {}), person=person,
            )  # fmt: skip

        try:
            return self.done(take, status=201)
        except presets.PresetRefused as refused:
            raise Faulty(Fault(code=refused.code, field="parameters")) from None
