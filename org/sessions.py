"""Sessions that know whose they are, so that people can see and end them (`SESSION_ENGINE`)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest
from django.utils import timezone

from org.access import address_of
from org.models import Session
from org.models.sign_in import handle_of

# What a session remembers of the browser that began it.
BROWSER = "browser"


class SessionStore(DatabaseStore):
    """Django's store in the database, with columns beside the data. `seen_at` is as loaded."""

    seen_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """The rows it keeps."""
        return Session

    def load(self) -> dict[str, Any]:
        """The data of the row; an ended session has none."""
        row = self._get_session_from_db()  # type: ignore[attr-defined]
        if row is None:
            return {}
        self.seen_at = row.seen_at
        found: dict[str, Any] = self.decode(row.session_data)
        return found

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row of this data."""
        key = self._get_or_create_session_key()  # type: ignore[attr-defined]
        browser = data.get(BROWSER, {})
        began = browser.get("began")
        return Session(
            session_key=key,
            handle=handle_of(key),
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            person_id=int(data[SESSION_KEY]) if SESSION_KEY in data else None,
            address=browser.get("address", ""),
            agent=browser.get("agent", ""),
            began_at=datetime.fromisoformat(began) if began else None,
            seen_at=timezone.now(),
        )


def remember_browser(request: HttpRequest) -> None:
    """Keep with the session where it was begun and with what."""
    request.session[BROWSER] = {
        "address": address_of(request),
        "agent": request.headers.get("User-Agent", "").replace("\x00", "")[:300],
        "began": timezone.now().isoformat(),
    }
