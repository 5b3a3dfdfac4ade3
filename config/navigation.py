"""What the page header offers, by what the person may see."""

from django.http import HttpRequest


def navigation(request: HttpRequest) -> dict[str, object]:
    """Context for every page."""
    return {}
