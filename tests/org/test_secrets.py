"""Encrypted values and masks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import call_command
from django.db import connection, models, transaction
from django.test.utils import isolate_apps
from pytest_django import Settings

from org import secrets
from org import services as org
from org.secrets import mask_address, mask_name, mask_phone

OLD, NEW, STRANGE = (Fernet.generate_key().decode() for _ in range(3))


@pytest.fixture
def drawer(db: None, settings: Settings) -> Iterator[type[models.Model]]:
    """A model with encrypted columns, in a table of this test's transaction."""
    settings.FIELD_KEYS = [OLD]
    with isolate_apps("org"):

        class Drawer(models.Model):
            note = secrets.EncryptedTextField(null=True)
            keys = secrets.EncryptedJSONField(null=True)

            class Meta:
                app_label = "org"

            def __str__(self) -> str:
                return f"drawer {self.pk}"

        with connection.schema_editor(atomic=False) as editor:
            editor.create_model(Drawer)
        yield Drawer


def _column(name: str) -> list[str | None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name} FROM org_drawer ORDER BY id")
        return [value for (value,) in cursor.fetchall()]


def _rotate(drawer: type[models.Model], field: str, limit: int = 500) -> list[int]:
    """Changed rows of each batch."""
    changed, after = [], 0
    while True:
        with transaction.atomic():
            done = org.rotate_batch(model=drawer, field=field, after=after, limit=limit)
        changed.append(done.changed)
        after = done.last_id
        if done.seen < limit:
            return changed


def test_values_come_back_and_lie_encrypted(drawer: type[models.Model]) -> None:
    drawer._default_manager.create(note="张三 13812345678", keys={"secret": "s3cr3t", "n": [1]})
    drawer._default_manager.create(note="", keys=None)
    drawer._default_manager.bulk_create([drawer(note="again", keys=[])])
    drawer._default_manager.filter(note__isnull=False, pk__gt=2).update(note="changed")

    rows = list(drawer._default_manager.order_by("pk").values_list("note", "keys"))
    assert rows == [
        ("张三 13812345678", {"secret": "s3cr3t", "n": [1]}), ("", None), ("changed", []),
    ]  # fmt: skip
    raw = [*_column("note"), *_column("keys")]
    assert [value and value[:5] for value in raw] == ["gAAAA"] * 4 + [None, "gAAAA"]


def test_an_encrypted_column_cannot_be_searched(drawer: type[models.Model]) -> None:
    with pytest.raises(FieldError, match="cannot be searched"):
        drawer._default_manager.filter(note="张三").exists()


def test_an_old_key_still_reads_and_a_missing_key_says_so(
    drawer: type[models.Model], settings: Settings
) -> None:
    drawer._default_manager.create(note="tea")

    settings.FIELD_KEYS = [NEW, OLD]
    assert drawer._default_manager.values_list("note", flat=True).get() == "tea"
    settings.FIELD_KEYS = [NEW]
    with pytest.raises(secrets.NoKeyFits, match=r"No key in FIELD_KEYS opens org\.Drawer\.note"):
        drawer._default_manager.get()


def test_rotating_rewrites_in_batches_and_afterwards_the_old_key_may_go(
    drawer: type[models.Model], settings: Settings
) -> None:
    drawer._default_manager.bulk_create([drawer(note=f"tea {n}") for n in range(5)])
    settings.FIELD_KEYS = [NEW, OLD]
    drawer._default_manager.create(note="already new")

    assert _rotate(drawer, "note", limit=4) == [4, 1]
    assert _rotate(drawer, "note") == [0]
    assert _rotate(drawer, "keys") == [0]

    settings.FIELD_KEYS = [NEW]
    notes = drawer._default_manager.order_by("pk").values_list("note", flat=True)
    assert list(notes) == [*(f"tea {n}" for n in range(5)), "already new"]


def test_rotating_with_a_lost_key_changes_nothing_and_names_the_row(
    drawer: type[models.Model], settings: Settings
) -> None:
    drawer._default_manager.create(note="tea")
    settings.FIELD_KEYS = [STRANGE]
    lost = drawer._default_manager.create(note="lost")
    settings.FIELD_KEYS = [NEW, OLD]
    before = _column("note")

    with pytest.raises(secrets.NoKeyFits, match=f"of row {lost.pk}"):
        _rotate(drawer, "note")

    assert _column("note") == before


@pytest.mark.django_db
def test_the_command_walks_every_encrypted_column_of_the_house(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.FIELD_KEYS = [NEW, OLD]

    call_command("rotate_keys")

    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        f"{model._meta.label}.{field}" for model, field in org.fields_with_secrets()
    ]


@pytest.mark.parametrize("keys", [[], ["short"]])
def test_unusable_keys_are_explained(settings: Settings, keys: list[str]) -> None:
    settings.FIELD_KEYS = keys

    with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS"):
        secrets.seal("tea")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("欧阳娜娜", "欧***"),
        ("李", "*"),
        ("John Smith", "J*** S***"),
        ("张**", "张**"),
        ("", ""),
    ],
)
def test_names_keep_their_first_letter(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812345678", "138****5678"),
        ("+86 138 1234 5678", "86138****5678"),
        ("18412345678-9012", "184****5678-****"),
        ("0571-88886666", "0571****6666"),
        ("+1 (415) 555-0132", "141****0132"),
        ("12345", "****45"),
        ("12", "****"),
        ("138****5678", "138****5678"),
        ("", ""),
    ],
)
def test_phones_keep_the_last_four_digits(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("浙江省杭州市余杭区文一西路969号", "浙江省杭州市余杭区****"),
        ("上海市浦东新区世纪大道100号", "上海市浦东新区****"),
        ("杭州市西湖区文一西路联华超市旁", "杭州市西湖区****"),
        ("余杭区幸福小区3幢", "余杭区****"),
        ("文一西路969号3幢", "****"),
        ("12 Baker Street", "**** B*** S***"),
        ("", ""),
    ],
)
def test_addresses_keep_the_district_and_hide_the_door(address: str, shown: str) -> None:
    assert mask_address(address) == shown
