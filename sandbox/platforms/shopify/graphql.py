"""The one mutation of the GraphQL Admin API that matters here: ``inventorySetQuantities``.

Compare-and-set per quantity, all or nothing. ``compareQuantity`` or its successor
``changeFromQuantity`` (an
explicit null skips the comparison); ``ignoreCompareQuantity`` skips all of them. Other documents
are answered
with GraphQL's own error form. Values come as variables (``$input``), as every client library sends
them.
"""

from __future__ import annotations

from typing import Any

from sandbox.platforms.shopify import limits
from sandbox.platforms.shopify.payload import INVENTORY_OFFSET
from sandbox.world import listings
from sandbox.world.listings import Told
from sandbox.world.shops import Shop
from sandbox.world.store import store

COST = 10.0
MOST = 250
TOO_HIGH = 1_000_000_000


def answer(shop: Shop, document: Any) -> dict[str, Any]:
    """The body of the answer to one GraphQL document; HTTP status is always 200."""
    room = limits.pour(shop, kind="graphql", cost=COST)
    throttle = {
        "maximumAvailable": room.size,
        "currentlyAvailable": int(room.size - room.level),
        "restoreRate": room.leak,
    }
    cost = {"requestedQueryCost": int(COST), "throttleStatus": throttle}
    if not room.ok:
        error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
        return {"errors": [error], "extensions": {"cost": {**cost, "actualQueryCost": None}}}
    extensions = {"cost": {**cost, "actualQueryCost": int(COST)}}
    query = document.get("query") if isinstance(document, dict) else None
    if not isinstance(query, str) or "inventorySetQuantities" not in query:
        message = "The sandbox knows the mutation inventorySetQuantities only"
        return {"errors": [{"message": message}], "extensions": extensions}
    variables = document.get("variables")
    given = variables.get("input") if isinstance(variables, dict) else None
    if not isinstance(given, dict) or not isinstance(given.get("quantities"), list):
        message = "Variable $input of type InventorySetQuantitiesInput! was provided invalid value"
        error = {"message": message, "extensions": {"code": "INVALID_VARIABLE"}}
        return {"errors": [error], "extensions": extensions}
    return {"data": {"inventorySetQuantities": _set(shop, given)}, "extensions": extensions}


def _number(gid: object) -> int:
    tail = str(gid).rsplit("/", 1)[-1]
    return int(tail) if tail.isdigit() else 0


def _problem(index: int, field: str, code: str, message: str) -> dict[str, Any]:
    return {
        "field": ["input", "quantities", str(index), field],
        "message": message,
        "code": code,
    }


def _set(shop: Shop, given: dict[str, Any]) -> dict[str, Any]:
    if len(given["quantities"]) > MOST:
        message = f"The input array size of {len(given['quantities'])} is greater than {MOST}"
        problem = {"field": ["input", "quantities"], "message": message, "code": "TOO_MANY"}
        return {"inventoryAdjustmentGroup": None, "userErrors": [problem]}
    ignore = bool(given.get("ignoreCompareQuantity"))
    name = str(given.get("name", "available"))
    with store.transaction():
        told, problems = [], []
        for index, one in enumerate(given["quantities"]):
            checked = _check(shop, index, one if isinstance(one, dict) else {}, ignore=ignore)
            if isinstance(checked, Told):
                told.append(checked)
            else:
                problems.append(checked)
        if problems:
            _refuse(shop, given["quantities"], problems)
            return {"inventoryAdjustmentGroup": None, "userErrors": problems}
        listings.tell(shop, told)
    changes = [
        {
            "name": name,
            "delta": one.value - one.listing["stock"],
            "quantityAfterChange": one.value,
            "item": {
                "id": f"gid://shopify/InventoryItem/{one.listing['variant_id'] + INVENTORY_OFFSET}"
            },
        }
        for one in told
    ]
    group = {
        "reason": given.get("reason", "correction"),
        "referenceDocumentUri": given.get("referenceDocumentUri"),
        "changes": changes,
    }
    return {"inventoryAdjustmentGroup": group, "userErrors": []}


def _check(shop: Shop, index: int, one: dict[str, Any], *, ignore: bool) -> Told | dict[str, Any]:
    listing = listings.by_variant(shop.code, _number(one.get("inventoryItemId")) - INVENTORY_OFFSET)
    if listing is None:
        return _problem(
            index,
            "inventoryItemId",
            "INVALID_INVENTORY_ITEM",
            "The specified inventory item could not be found.",
        )
    if _number(one.get("locationId")) != shop.location_id:
        return _problem(
            index, "locationId", "INVALID_LOCATION", "The specified location could not be found."
        )
    value = one.get("quantity")
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > TOO_HIGH:
        return _problem(
            index, "quantity", "INVALID_QUANTITY_TOO_HIGH", "The quantity is out of range."
        )
    if value < 0:
        return _problem(
            index,
            "quantity",
            "INVALID_QUANTITY_NEGATIVE",
            "The quantity can't be negative.",
        )
    named = "changeFromQuantity" if "changeFromQuantity" in one else "compareQuantity"
    if not ignore:
        expected = one.get(named)
        if named not in one or (expected is None and named == "compareQuantity"):
            return _problem(
                index,
                "compareQuantity",
                "COMPARE_QUANTITY_REQUIRED",
                "The compareQuantity argument must be given to each quantity or ignored.",
            )
        if expected is not None and expected != listing["stock"]:
            return _problem(
                index,
                named,
                "COMPARE_QUANTITY_STALE",
                "The specified compare quantity does not match the persisted quantity.",
            )
    return Told(listing, value)


def _refuse(shop: Shop, quantities: list[Any], problems: list[dict[str, Any]]) -> None:
    for problem in problems:
        one = quantities[int(problem["field"][2])]
        one = one if isinstance(one, dict) else {}
        listing = listings.by_variant(
            shop.code, _number(one.get("inventoryItemId")) - INVENTORY_OFFSET
        )
        value = one.get("quantity")
        listings.tell_refused(
            shop,
            sku=listing["sku"] if listing else str(one.get("inventoryItemId")),
            value=value if isinstance(value, int) and abs(value) < TOO_HIGH else 0,
            why=problem["code"],
        )
