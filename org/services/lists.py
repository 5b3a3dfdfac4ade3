"""Keep how somebody likes a list: saved views, columns in their order, rows of a page."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.utils.translation import gettext_lazy as _

from org.coded import CodedRefusal
from org.models import ListSetup, Person, SavedView
from org.selectors import jobs_in_force

MOST_VIEWS = 30
MOST_NAME = 40
MOST_QUERY = 1000
PAGE_SIZES = (50, 100, 200)

_SENTENCES = {
    "name_missing": _("Give the view a name."),
    "name_too_long": _("The name may have 40 characters."),
    "too_many_views": _("You have 30 views of this list. Delete one first."),
    "query_too_long": _("These filters are too long to be kept. Take some of them away."),
    "not_your_role": _("You can show a view only to people who do the same job as you."),
    "unknown_view": _("There is no such view among yours."),
}


class ViewRefused(CodedRefusal):
    """The view was not kept; `code` is stable, the text is for people."""

    sentences = _SENTENCES


def save_view(
    *, person: Person, list_key: str, name: str, query: str, columns: Sequence[str], role: str
) -> int:
    """Keep a view under a name; one of the same name is replaced. Returns its id.

    Args:
        query: the query string of the filters, without place.
        role: show it to everybody who does this job, which must be one of the person's own.

    Raises:
        ViewRefused: name_missing, name_too_long, query_too_long, too_many_views, not_your_role.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    name = " ".join(name.split())
    if not name:
        raise ViewRefused("name_missing")
    if len(name) > MOST_NAME:
        raise ViewRefused("name_too_long")
    if len(query) > MOST_QUERY:
        raise ViewRefused("query_too_long")
    if role and not jobs_in_force().filter(person=person, role__code=role).exists():
        raise ViewRefused("not_your_role")
    # Two saves at once count each other.
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    mine = SavedView.objects.filter(owner=person, list_key=list_key)
    if mine.exclude(name=name).count() >= MOST_VIEWS:
        raise ViewRefused("too_many_views")
    row, _made = SavedView.objects.update_or_create(
        owner=person, list_key=list_key, name=name,
        defaults={"query": query, "columns": list(columns), "role": role},
    )  # fmt: skip
    return row.pk


def delete_view(*, person: Person, view_id: int) -> str:
    """Forget one's own view; returns its name.

    Raises:
        ViewRefused: unknown_view.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    row = SavedView.objects.filter(owner=person, pk=view_id).first()
    if row is None:
        raise ViewRefused("unknown_view")
    row.delete()
    return row.name


def set_up_list(*, person: Person, list_key: str, columns: Sequence[str], rows: int) -> None:
    """Remember the columns in their order, and how many rows a page has."""
    assert connection.in_atomic_block, "The edge opens the transaction."
    ListSetup.objects.update_or_create(
        person=person, list_key=list_key,
        defaults={"columns": list(columns), "rows": rows if rows in PAGE_SIZES else PAGE_SIZES[0]},
    )  # fmt: skip
