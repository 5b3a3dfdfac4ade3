"""What people are told, and whether they have read it."""

from datetime import time

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from org.notices import Channel, Group, Timing
from org.secrets import EncryptedTextField
from outbox.clock import database_clock


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
    created_at = models.DateTimeField(_("at"), db_default=database_clock(), editable=False)
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


class NoticeChoice(models.Model):
    """A person wants this kind by this channel otherwise than it comes by itself."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    timing = models.CharField(max_length=10, choices=Timing.choices)

    class Meta:
        verbose_name = _("choice of notices")
        verbose_name_plural = _("choices of notices")
        constraints = [
            models.UniqueConstraint(
                name="org_notice_choice_once", fields=["person", "kind", "channel"]
            ),
            models.CheckConstraint(
                name="org_notice_choice_known",
                condition=Q(channel__in=sorted(Channel.values), timing__in=sorted(Timing.values)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.channel} {self.timing}"


class NoticeHours(models.Model):
    """When a person wants to be left alone, when the daily gathering comes, and where to write."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    zone = models.CharField(_("time zone"), max_length=50, default="Asia/Shanghai")
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    daily_at = models.TimeField(_("once a day at"), default=time(9, 0))
    # Their account in the company's WeCom.
    wecom_user = models.CharField(_("WeCom account"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("hours of notices")
        verbose_name_plural = _("hours of notices")
        constraints = [
            models.CheckConstraint(
                name="org_notice_quiet_both",
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.zone}"


class NoticeBot(models.Model):
    """A bot of a WeCom group: everybody in the group reads notices of these groups of kinds."""

    name = models.CharField(_("name"), max_length=80)
    key = EncryptedTextField()
    groups = models.JSONField(default=list)
    urgent_only = models.BooleanField(default=False)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("group bot")
        verbose_name_plural = _("group bots")

    def __str__(self) -> str:
        return self.name


class NoticeDelivery(models.Model):
    """A notice on its way to one person or bot. Sent at least once, never inside a transaction."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+"
    )
    bot = models.ForeignKey(NoticeBot, models.CASCADE, null=True, related_name="+")
    due_at = models.DateTimeField(_("due"))
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    # Waits while it has neither.
    sent_at = models.DateTimeField(pgettext_lazy("notice", "sent"), null=True)
    dead_at = models.DateTimeField(pgettext_lazy("notice", "given up"), null=True)
    # What kind of trouble, never an answer's text.
    trouble = models.CharField(_("trouble"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("delivery of a notice")
        verbose_name_plural = _("deliveries of notices")
        constraints = [
            models.CheckConstraint(
                name="org_delivery_one_end",
                condition=Q(sent_at__isnull=True) | Q(dead_at__isnull=True),
            ),
            models.CheckConstraint(
                name="org_delivery_to_one",
                condition=Q(person__isnull=False, bot__isnull=True)
                | Q(person__isnull=True, bot__isnull=False),
            ),
            models.UniqueConstraint(
                name="org_delivery_once",
                fields=["notice", "channel", "person", "bot"],
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(
                name="org_delivery_due",
                fields=["due_at", "id"],
                condition=Q(sent_at__isnull=True, dead_at__isnull=True),
            ),
            models.Index(
                name="org_delivery_dead", fields=["-id"], condition=Q(dead_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} by {self.channel}"
