"""What people type about a request: a decision, a comment, a question, whom else to ask."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from org.asking import AskedForm
from org.services import approvals
from org.services.approvals.refusals import SENTENCES

LONGEST_WHY = 400
LONGEST_TEXT = 1000
_FILE_CODES = ("file_empty", "file_too_large", "file_kind", "too_many_files")


class WordsField(forms.CharField):
    """Lines of text, counted as the browser counts them: it sends two characters for a break."""

    def to_python(self, value: Any) -> str | None:
        """The text with plain breaks."""
        return super().to_python(str(value or "").replace("\r\n", "\n"))


def _words(label: Any, longest: int, *, required: bool, missing: str = "") -> forms.CharField:
    return WordsField(
        label=label,
        max_length=longest,
        required=required,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": SENTENCES[missing]} if missing else None,
    )


class DecisionForm(AskedForm):
    """Yes or no, and why: whoever says no says why."""

    fields_of = {"why_missing": "why"}

    verdict = forms.ChoiceField(choices=[(approvals.APPROVE, ""), (approvals.REJECT, "")])
    token = forms.CharField(max_length=64, required=False)
    seen = forms.CharField(max_length=64, required=False)
    why = _words(_("Why"), LONGEST_WHY, required=False)


class CommentForm(AskedForm):
    """Something to say, perhaps with a photo or paper."""

    fields_of = {"text_missing": "text", "text_too_long": "text"} | dict.fromkeys(
        _FILE_CODES, "file"
    )

    text = _words(_("Your comment"), LONGEST_TEXT, required=True, missing="text_missing")
    file = forms.FileField(
        label=_("Photo or PDF (optional, 8 MB at most)"), required=False, allow_empty_file=True,
        widget=forms.FileInput(
            attrs={"accept": "image/jpeg,image/png,image/webp,application/pdf"}
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["auto_id"] = "comment-%s"
        super().__init__(*args, **kwargs)


class QuestionForm(AskedForm):
    """What somebody wants to know before deciding."""

    fields_of = {"text_missing": "text", "text_too_long": "text"}

    text = _words(_("Your question"), LONGEST_TEXT, required=True, missing="text_missing")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["auto_id"] = "ask-back-%s"
        super().__init__(*args, **kwargs)


class HandOverForm(AskedForm):
    """Who else should decide, with a remark."""

    fields_of = dict.fromkeys(("unknown_person", "to_yourself", "to_the_maker"), "to")

    to = forms.TypedChoiceField(
        label=_("Person"), coerce=int,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), SENTENCES["unknown_person"]
        ),
    )  # fmt: skip
    why = _words(_("Remark (optional)"), 200, required=False)

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        kwargs["auto_id"] = "hand-over-%s"
        super().__init__(*args, **kwargs)
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)
        to.choices = people
