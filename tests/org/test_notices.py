"""People are told what happened, with what happened, and find it under the bell."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils.translation import override

from org import roles, selectors
from org import services as org
from org.models import Notice, NoticeCopy, Person
from org.notices import KINDS, UnknownNotice
from tests import given
from tests.org.test_jobs import _samples  # noqa: F401

pytestmark = pytest.mark.django_db


def _tell(*people: Person, title: str = "Stock list", **more: object) -> int:
    with transaction.atomic():
        return org.notify(
            kind="job.done", to=[each.pk for each in people], params={"title": title},
            **more,  # type: ignore[arg-type]
        )  # fmt: skip


def _signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_each_person_finds_a_copy_of_their_own() -> None:
    one, two, other = given.person(), given.person(), given.person()

    assert _tell(one, two, one, document="JOB-7", link="/jobs/7/") == 2

    [seen] = selectors.notices(person_id=one.pk)
    assert (seen.document, seen.link, seen.read) == ("JOB-7", "/jobs/7/", False)
    assert selectors.unread_notices(person_id=two.pk) == {"JOBS": 1}
    assert selectors.notices(person_id=other.pk) == []


def test_a_title_is_said_in_the_language_of_its_reader() -> None:
    person = given.person()
    _tell(person)

    with override("en"):
        [english] = selectors.notices(person_id=person.pk)
    with override("zh-hans"):
        [chinese] = selectors.notices(person_id=person.pk)
    assert (english.title, chinese.title) == ("Done: Stock list", "已完成：Stock list")


def test_a_notice_vanishes_with_what_was_rolled_back() -> None:
    person = given.person()
    with transaction.atomic():
        _tell(person)
        transaction.set_rollback(True)

    assert not Notice.objects.exists()
    assert selectors.unread_notices(person_id=person.pk) == {}


def test_whoever_has_left_and_strangers_are_not_told() -> None:
    gone = given.person()
    Person.objects.filter(pk=gone.pk).update(is_active=False)

    with transaction.atomic():
        told = org.notify(kind="job.done", to=[gone.pk, 999_999], params={"title": "x"})

    assert told == 0
    assert not Notice.objects.exists()


def test_the_same_news_is_not_told_twice_while_it_is_unread() -> None:
    person, later = given.person(), given.person()
    assert _tell(person, once="job:7") == 1
    assert _tell(person, once="job:7") == 0
    assert _tell(person, later, once="job:7") == 1, "who does not know it yet is told"

    with transaction.atomic():
        org.read_all_notices(person_id=person.pk, up_to=NoticeCopy.objects.latest("id").pk)
    assert _tell(person, once="job:7") == 1


def test_an_unknown_kind_and_a_missing_word_are_refused() -> None:
    person = given.person()
    with pytest.raises(UnknownNotice), transaction.atomic():
        org.notify(kind="job.don", to=[person.pk])
    with pytest.raises(org.MissingWords, match="title"), transaction.atomic():
        org.notify(kind="job.done", to=[person.pk])
    assert not Notice.objects.exists()


@pytest.mark.parametrize("link", ["https://elsewhere.example/", "//elsewhere.example/", "jobs/1"])
def test_a_link_leads_to_no_other_site(link: str) -> None:
    person = given.person()
    with pytest.raises(IntegrityError, match="org_notice_link_is_ours"), transaction.atomic():
        _tell(person, link=link)


def test_opening_a_notice_reads_it_and_leads_to_what_it_is_about() -> None:
    person = given.person()
    _tell(person, link="/jobs/")
    [notice] = selectors.notices(person_id=person.pk)
    client = _signed_in(person)

    answer = client.get(f"/notices/{notice.id}/")

    assert (answer.status_code, answer["Location"]) == (302, "/jobs/")
    assert selectors.unread_notices(person_id=person.pk) == {}


def test_nobody_opens_the_notice_of_somebody_else() -> None:
    person, other = given.person(), given.person()
    _tell(person)
    [notice] = selectors.notices(person_id=person.pk)

    assert _signed_in(other).get(f"/notices/{notice.id}/").status_code == 404
    assert selectors.unread_notices(person_id=person.pk) == {"JOBS": 1}


def test_the_page_shows_tabs_and_the_bell_counts_what_is_unread() -> None:
    person = given.person()
    _tell(person, title="First")
    _tell(person, title="Second")
    client = _signed_in(person)

    page = client.get("/notices/?tab=JOBS").content.decode()
    assert page.index("Second") < page.index("First")
    assert "First" not in client.get("/notices/?tab=STOCK").content.decode()
    assert '<span class="chip chip-bad bell-count" aria-hidden="true">2</span>' in (
        client.get("/notices/bell/").content.decode()
    )


def test_ticked_notices_are_read_and_those_of_somebody_else_are_not() -> None:
    person, other = given.person(), given.person(name="other")
    for title in ("First", "Second", "Third"):
        _tell(person, title=title)
    _tell(other, title="Not yours")
    third, second, first = selectors.notices(person_id=person.pk)
    [theirs] = selectors.notices(person_id=other.pk)
    client = _signed_in(person)
    found = client.get("/notices/", {"q": "second"}).context["list"]
    assert [row["id"] for row in found.rows] == [second.id]

    client.post("/lists/notices/batch/", {"action": "read", "id": [third.id, second.id, theirs.id]})

    assert [row.id for row in selectors.notices(person_id=person.pk, unread=True)] == [first.id]
    assert selectors.unread_notices(person_id=other.pk) == {"JOBS": 1}
    assert [tab["count"] for tab in client.get("/notices/").context["list"].tabs][:2] == [3, 1]


def test_marking_all_as_read_spares_what_came_after_the_page_was_drawn() -> None:
    person = given.person()
    _tell(person, title="Seen")
    [seen] = selectors.notices(person_id=person.pk)
    _tell(person, title="Came later")
    client = _signed_in(person)

    client.post("/notices/read/", {"up_to": seen.id, "group": ""})

    [unread] = selectors.notices(person_id=person.pk, unread=True)
    assert unread.title.endswith("Came later")


def test_long_lists_are_read_page_by_page_without_gaps() -> None:
    person = given.person()
    for number in range(5):
        _tell(person, title=f"N{number}")

    first = selectors.notices(person_id=person.pk, limit=3)
    rest = selectors.notices(person_id=person.pk, before=first[-1].id, limit=3)
    assert [row.title[-2:] for row in [*first, *rest]] == ["N4", "N3", "N2", "N1", "N0"]


def test_whoever_asked_for_a_job_hears_how_it_ended() -> None:
    person = given.person()
    done = given.job(of=person, upto=1)
    org.work_on_jobs()
    failed = given.job(of=person, upto=3, gives_up_at=2)
    org.work_on_jobs()

    newest, oldest = selectors.notices(person_id=person.pk)
    assert (oldest.kind, oldest.link) == ("job.done", f"/jobs/{done.pk}/")
    assert (newest.kind, newest.link) == ("job.failed", f"/jobs/{failed.pk}/")


def test_who_stopped_a_job_is_not_told_that_it_stopped() -> None:
    person = given.person()
    job = given.job(of=person, upto=1)
    with transaction.atomic():
        org.cancel_job(job_id=job.pk, person=person)
    org.work_on_jobs()

    assert selectors.notices(person_id=person.pk) == []


def test_people_are_found_by_what_they_may_do_and_where() -> None:
    given.unit("HQ")
    given.unit("EAST", "REGION", "HQ")
    given.unit("S01", "STORE", "EAST")
    store = given.unit("S02", "STORE", "EAST")
    head = given.person("HEAD_OFFICE")
    region = given.person("REGION_MANAGER", at="EAST")
    given.person("STORE_MANAGER", at="S01")
    manager = given.person("STORE_MANAGER", at="S02")
    given.person("CLERK", at="S02")

    found = selectors.people_with(roles.STOCK_RELEASE, unit_id=store.pk)
    assert found == sorted([head.pk, region.pk, manager.pk])
    assert selectors.people_with(roles.STOCK_RELEASE) == [head.pk]


def test_every_kind_has_a_title_that_its_words_fit() -> None:
    for language in ("en", "zh-hans"):
        with override(language):
            for kind in KINDS.values():
                assert str(kind.title) % dict.fromkeys(kind.names, "X")
