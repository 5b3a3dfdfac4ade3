"""Values that lie encrypted in the database, and how people's data look when masked.

Encryption is Fernet (AES-128-CBC with HMAC-SHA256, https://github.com/fernet/spec) under the keys
of `settings.FIELD_KEYS`, newest first: the first key writes, every key reads.
Encrypted columns cannot be searched: the same text encrypts differently each time.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import models

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    _TextField = models.TextField[Any, Any]
else:
    _TextField = models.TextField


class NoKeyFits(Exception):
    """A value was encrypted with a key that is no longer in FIELD_KEYS."""

    code = "no_key_fits"

    def __init__(self, where: str) -> None:
        super().__init__(
            f"No key in FIELD_KEYS opens {where}. Put the key that wrote it at the end of "
            "FIELD_KEYS, run `manage.py rotate_keys`, and only then take it away."
        )


def _keys() -> list[Fernet]:
    if not settings.FIELD_KEYS:
        raise ImproperlyConfigured("FIELD_KEYS is empty: at least one key is needed.")
    try:
        return [Fernet(key) for key in settings.FIELD_KEYS]
    except ValueError as error:
        raise ImproperlyConfigured(
            "Each of FIELD_KEYS must be 32 url-safe base64 bytes (Fernet.generate_key())."
        ) from error


def seal(text: str) -> str:
    """Encrypt with the newest key."""
    return _keys()[0].encrypt(text.encode()).decode("ascii")


def unseal(token: str, *, where: str = "the value") -> str:
    """Decrypt with whichever key fits.

    Args:
        token: what `seal` gave.
        where: what to call the value in the error.

    Raises:
        NoKeyFits: no key does.
    """
    try:
        return MultiFernet(_keys()).decrypt(token.encode()).decode()
    except InvalidToken:
        # `from None`: the token itself must not travel with the error.
        raise NoKeyFits(where) from None


def resealed(token: str, *, where: str = "the value") -> str | None:
    """The token under the newest key, or None when it is already.

    Raises:
        NoKeyFits: no key opens it.
    """
    keys = _keys()
    try:
        keys[0].decrypt(token.encode())
    except InvalidToken:
        return seal(unseal(token, where=where))
    return None


class EncryptedTextField(_TextField):
    """Text that lies encrypted in its column. NULL stays NULL; only `isnull` can be asked."""

    def _dump(self, value: Any) -> str:
        return str(value)

    def _load(self, text: str) -> Any:
        return text

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else self._dump(value)

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        if not prepared:
            value = self.get_prep_value(value)
        return None if value is None else seal(value)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        if value is None:
            return None
        return self._load(unseal(value, where=f"{self.model._meta.label}.{self.name}"))

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted and cannot be searched.")
        return super().get_lookup(lookup_name)


class EncryptedJSONField(EncryptedTextField):
    """Anything JSON knows, encrypted in its column."""

    def _dump(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def _load(self, text: str) -> Any:
        return json.loads(text)

    def to_python(self, value: Any) -> Any:
        return value


_HAN = re.compile(r"[\u3400-\u9fff]")
# A name without street words, ended by a kind of region; housing estates end in 区 too.
_REGION = re.compile(
    r"[^\W\d_路街道巷弄号村镇乡]{1,11}?"
    r"(?:特别行政区|自治区|自治州|省|市|(?<![小社园库])区|县|旗|州|盟)"
)
_REGIONS = 3  # province, city, district
STARS = "****"


def mask_name(name: str) -> str:
    """`张三丰` -> `张**`, `John Smith` -> `J*** S***`; one character vanishes whole."""
    text = name.strip()
    if _HAN.search(text):
        return "*" if len(text) == 1 else text[0] + "*" * min(len(text) - 1, 4)
    return " ".join("*" if len(word) == 1 else f"{word[0]}***" for word in text.split())


def mask_phone(phone: str) -> str:
    """`13812345678` -> `138****5678`; extensions vanish, short numbers keep two digits."""
    if "***" in phone:  # the platform masked it already
        return phone.strip()
    main, _dash, extension = phone.strip().rpartition("-")
    # 18412345678-9012 is a number with an extension; 0571-88886666 and 415-555-0132 are numbers.
    if len(re.sub(r"\D", "", main)) < 11:
        main, extension = phone, ""
    digits = re.sub(r"\D", "", main)
    if not digits:
        return STARS if phone.strip() else ""
    if len(digits) < 7:
        return STARS + digits[-2:] if len(digits) > 2 else STARS
    return f"{digits[:-8]}{STARS}{digits[-4:]}" + (f"-{STARS}" if extension else "")


def mask_address(address: str) -> str:
    """Keep province, city and district; hide street, house and door.

    `浙江省杭州市余杭区文一西路969号` -> `浙江省杭州市余杭区****`;
    `12 Baker Street` -> `**** B*** S***`.
    """
    text = address.strip()
    if not text:
        return ""
    if not _HAN.search(text):
        return " ".join(_mask_word(word) for word in text.split())
    end = 0
    for _ in range(_REGIONS):
        if found := _REGION.match(text, end):
            end = found.end()
    return text[:end] + STARS


def _mask_word(word: str) -> str:
    return STARS if re.search(r"\d", word) or len(word) < 2 else f"{word[0]}***"
