"""Photos and papers of documents, without their content until somebody opens one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from org.models import Attachment
from org.selectors.people import names_of_actors


@dataclass(frozen=True, kw_only=True)
class FileView:
    """An attachment without its content."""

    id: int
    name: str
    is_image: bool
    size: int
    who: str
    at: datetime


def files_of(documents: Collection[str]) -> tuple[FileView, ...]:
    """Attachments of these documents, oldest first. The caller has checked who may see them."""
    rows = (
        Attachment.objects.filter(document__in=[each for each in documents if each])
        .defer("content")
        .order_by("id")
    )
    who = names_of_actors([row.actor for row in rows])
    return tuple(
        FileView(
            id=row.pk,
            name=row.name,
            is_image=row.content_type.startswith("image/"),
            size=row.size,
            who=who[row.actor],
            at=row.at,
        )
        for row in rows
    )


def documents_with_files(documents: Collection[str]) -> set[str]:
    """Those of the documents that something is attached to."""
    told = Attachment.objects.filter(document__in=[each for each in documents if each])
    return set(told.values_list("document", flat=True))


def file_of_document(document: str, *, file_id: int) -> tuple[str, str, bytes] | None:
    """Name, content type and bytes of an attachment; the caller has checked who may see it."""
    found = Attachment.objects.filter(pk=file_id, document=document).first()
    return None if found is None else (found.name, found.content_type, bytes(found.content))
