"""What approvals refuse, in words for people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from org.coded import CodedRefusal

SENTENCES = {
    "unknown_request": _("There is no such request among yours."),
    "not_allowed": _("You may not do this here."),
    "own_request": _("You asked for this yourself: somebody else must decide."),
    "decided_already": _("You have decided about this request already."),
    "not_asked": _("This step does not ask you."),
    "closed": _("This request is closed; nothing more can be decided."),
    "moved_on": _("It changed while you were looking. Look again, then decide."),
    "why_missing": _("Say why: whoever asked wants to know."),
    "text_missing": _("Write something first."),
    "text_too_long": _("This text is too long: 1,000 characters at most."),
    "key_reused": _("This key was used before with other content."),
    "bad_key": _("A key of 1 to 64 printable characters is needed."),
    "nobody_to_ask": _(
        "Nobody could approve this: the policy asks nobody but yourself. "
        "Have the approval policies changed."
    ),
    "not_yours": _("Only whoever asked may do this."),
    "still_open": _("This request is still open."),
    "not_failed": _("There is nothing to try again."),
    "unknown_person": _("There is no such person who may decide."),
    "to_yourself": _("You cannot hand over to yourself."),
    "to_the_maker": _("Whoever asked cannot decide about it."),
    "loop": _("This person has already handed over to you for that time: it would go in a circle."),
    "bad_time": _("The end must lie after the beginning, and in the future."),
    "too_long": _("At most one year: for longer, change the assignment instead."),
    "unknown_kind": _("There is no such kind of request."),
    "unknown_delegation": _("There is no such delegation among yours."),
    "unknown_policy": _("There is no such policy."),
    "policy_changed": _("Somebody changed this policy meanwhile. Look again, then change it."),
    "file_empty": _("The file is empty."),
    "file_too_large": _("The file is too large: 8 MB at most."),
    "file_kind": _("Only photos (JPEG, PNG, WebP) and PDF files can be attached."),
    "too_many_files": _("Ten files at most."),
}


class ApprovalRefused(CodedRefusal):
    """Nothing was done. `code` is stable, the text is for people."""

    sentences = SENTENCES
