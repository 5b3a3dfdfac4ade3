"""A small typed client of the API for Python 3.11; needs httpx and nothing of the house.

    from client import House

    house = House("http://127.0.0.1:8000", key_id="ak_...", secret="sk_...")
    for row in house.get("/api/v1/stock/availability", sku=["TEA", "CUP"])["availability"]:
        print(row["warehouse"], row["sku"], row["available"])

`House` signs, sends again what may be sent again, and pages. docs/api.md describes the API.
"""

from client.answers import Error, Refused, Unreachable
from client.house import Answer, House, new_key

__all__ = ["Answer", "Error", "House", "Refused", "Unreachable", "new_key"]
