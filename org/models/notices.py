"""What people are told, and whether they have read it."""

from django.conf import settings
from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from org.notices import Group


class Notice(models.Model):
    """One thing that happened and that people are told about.

    `kind` and `params` make the title in each reader's language. `spread_at` is when it was
    worked out by which channels it goes to whom.
    """

    kind = models.CharField(_("kind"), max_length=60)
    params = models.JSONField(default=dict)
    document = models.CharField(_("document"), max_length=60, blank=True)
    # A page of ours, "/orders/SO-1042/".
    link = models.CharField(max_length=300, blank=True)
    urgent = models.BooleanField(_("urgent"), default=False)
    created_at = models.DateTimeField(
        _("at"),
        db_default=Func(function="clock_timestamp", output_field=models.DateTimeField()),
        editable=False,
    )
    spread_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            # Links are followed by people: never to another site.
            models.CheckConstraint(
                name="org_notice_link_is_ours",
                condition=Q(link="") | (Q(link__startswith="/") & ~Q(link__startswith="//")),
            ),
        ]
        indexes = [
            models.Index(
                name="org_notice_unspread", fields=["id"], condition=Q(spread_at__isnull=True)
            ),
            models.Index(name="org_notice_age", fields=["created_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.document}"


class NoticeCopy(models.Model):
    """A notice as one person finds it under the bell."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="copies")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    group = models.CharField(max_length=20, choices=Group.choices)
    # While it is unread, the same news is not told again.
    once = models.CharField(max_length=120, blank=True)
    read_at = models.DateTimeField(_("read"), null=True)

    class Meta:
        verbose_name = _("notice of a person")
        verbose_name_plural = _("notices of people")
        constraints = [
            models.UniqueConstraint(name="org_notice_copy_once", fields=["notice", "person"]),
        ]
        indexes = [
            models.Index(name="org_notice_of_person", fields=["person", "-id"]),
            models.Index(
                name="org_notice_unread",
                fields=["person", "group"],
                condition=Q(read_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} for {self.person_id}"
