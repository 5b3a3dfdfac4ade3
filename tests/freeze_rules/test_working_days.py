"""Working days are those of the house's calendar, though moments are kept in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import transaction
from django.test import Client

from freeze_rules import formula
from freeze_rules.models import Watch
from freeze_rules.services import judging, rules
from org.models import AuditRecord, CalendarDay
from org.selectors.workdays import Workdays, weekday_works
from org.services.workdays import CalendarRefused, DayWish, read_days, set_days
from tests import given
from tests.freeze_rules import writing

NOTICE = """# 2026
2026-10-01~2026-10-07 休 国庆节、中秋节
2026/9/27,班,国庆节补班
2026年10月10日 上班 国庆节补班
"""


@pytest.mark.parametrize(
    ("since", "number", "until"),
    [
        # Friday; in UTC it is still Thursday.
        ("2026-11-20T02:00+08:00", 1, "2026-11-23T02:00+08:00"),
        # Saturday; in UTC it is still Friday.
        ("2026-11-21T00:30+08:00", 1, "2026-11-23T00:30+08:00"),
        ("2026-11-20T23:00+08:00", 2, "2026-11-24T23:00+08:00"),
        ("2026-11-17T09:00+08:00", 3, "2026-11-20T09:00+08:00"),
    ],
)
def test_working_days_skip_the_saturdays_and_sundays_of_the_house(
    since: str, number: int, until: str
) -> None:
    at = datetime.fromisoformat(since).astimezone(UTC)
    assert formula.after(
        {"business_days": number}, since=at, works=weekday_works
    ) == datetime.fromisoformat(until)


def test_the_yearly_notice_is_read_line_by_line() -> None:
    days = {wish.day.isoformat(): (wish.works, wish.name) for wish in read_days(NOTICE)}

    assert len(days) == 9
    assert days["2026-10-07"] == (False, "国庆节、中秋节")
    assert days["2026-10-10"] == days["2026-09-27"] == (True, "国庆节补班")
    with pytest.raises(CalendarRefused) as refused:
        read_days("2026-10-01 休\n2026-02-30 休\n2026-10-01 班 again\nnonsense")
    assert [number for number, _said in refused.value.lines] == [2, 3, 4]


@pytest.mark.django_db
def test_working_days_skip_holidays_and_count_days_made_up() -> None:
    boss = given.person()
    with transaction.atomic():
        assert set_days(days=read_days(NOTICE), person=boss) == 9
        assert set_days(days=read_days(NOTICE), person=boss) == 0
    # Wednesday before the holidays, which end on Wednesday; Saturday the tenth is worked.
    at = datetime.fromisoformat("2026-09-30T09:00+08:00")

    ends = [
        formula.after({"business_days": n}, since=at, works=Workdays()).isoformat()
        for n in (1, 2, 3, 4)
    ]

    assert [each[:10] for each in ends] == ["2026-10-08", "2026-10-09", "2026-10-10", "2026-10-12"]
    record = AuditRecord.objects.get(action="calendar.changed")
    assert record.after is not None
    assert record.after["2026-10-10"] == "work 国庆节补班"
    with pytest.raises(CalendarRefused), transaction.atomic():
        set_days(days=[DayWish(day=at.date(), works=False)], person=given.person("CLERK"))


@pytest.mark.django_db
def test_the_calendar_is_pasted_on_its_page_and_set_over_rest(client: Client) -> None:
    client.force_login(given.person())

    wrong = client.post("/working-days/change/", {"days": NOTICE + "2026-13-01 休"})
    assert wrong.status_code == 422
    assert "国庆节、中秋节" in wrong.content.decode()
    assert not CalendarDay.objects.exists()
    client.post("/working-days/change/", {"days": NOTICE})
    assert "国庆节补班" in client.get("/working-days/?year=2026").content.decode()
    assert client.get("/working-days/?year=99999").status_code == 200
    client.post("/working-days/change/", {"back": "2026-10-10"})
    days = [{"day": "2027-01-01", "works": False, "name": "元旦"}]
    set_ = client.post("/api/v1/working-days/set", {"days": days}, content_type="application/json")

    assert set_.json() == {"changed": 1}
    told = client.get("/api/v1/working-days?year=2027").json()["days"]
    assert told == days
    assert not CalendarDay.objects.filter(day="2026-10-10").exists()


@pytest.mark.django_db
def test_a_freeze_ends_at_the_moment_that_its_rule_names() -> None:
    given.stock("TEA", 10)
    moment = "2090-12-01T09:00:00+08:00"
    writing.enabled(scope="sku", reason="RULE", release={"at": moment})
    writing.tell("goods.received", goods=[("TEA", 10)])
    at = datetime.fromisoformat(moment)
    assert Watch.objects.get().look_at == at

    with transaction.atomic():
        judging.look_again(now=at - timedelta(minutes=1))
    assert given.free("TEA") == 0
    with transaction.atomic():
        judging.look_again(now=at)
    assert given.free("TEA") == 10

    # A freeze that is laid when its moment has passed is looked at at once, and then no more.
    late = at + timedelta(days=1)
    look = partial(formula.next_look, {"at": moment}, now=late, works=lambda _day: True)
    assert (look(frozen_at=late), look(frozen_at=at)) == (late, None)

    for release, reason in (({"at": "2020-01-01T00:00:00+08:00"}, "RULE"), ({"at": moment}, "QC")):
        draft = writing.draft(scope="sku", reason=reason, release=release)
        with pytest.raises(rules.RuleRefused) as refused, transaction.atomic():
            rules.create_rule(draft=draft, person=given.person())
        assert [wrong.part for wrong in refused.value.wrong] == ["release"]
