"""The floor over HTTP with JSON, for scripted staff and the scan pages; see wms/README.md.

Signed-in session and CSRF token; every command carries a `key`, and a key that was sent before
gets the first answer. Batches answer 200 with one result per item.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory import selectors as stock
from org import roles
from org.models import Person
from org.scope import Scope
from org.selectors import scope_of
from wms import selectors as board
from wms import services as floor
from wms.edge import committed

MOST_ITEMS = 1_000
MOST_UNITS = 1_000_000


class MayDoThis(BasePermission):
    """The person has the permission the endpoint names; where, the scope decides."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        person = request.user
        wanted: str = getattr(view, "permission", "")
        return isinstance(person, Person) and person.may(wanted)


class FloorEndpoint(APIView):
    """One use case; `permission` names what the person must be allowed."""

    permission: ClassVar[str]
    permission_classes = (MayDoThis,)

    def person(self) -> Person:
        """Who is asking; the permission check has seen to it that it is somebody."""
        person = self.request.user
        assert isinstance(person, Person)
        return person

    def scope(self) -> Scope:
        """Where they may do this."""
        return scope_of(self.person(), permission=self.permission)


class KeyField(serializers.CharField):
    """One attempt of one command."""

    def __init__(self) -> None:
        super().__init__(min_length=1, max_length=64)


class GoodsFields(serializers.Serializer[Any]):
    """Goods by barcode and quantity, or piece by piece by their serial numbers."""

    barcode = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")
    qty = serializers.IntegerField(min_value=1, max_value=MOST_UNITS, default=1)
    serial = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")
    serials = serializers.ListField(
        child=serializers.CharField(max_length=64), required=False, max_length=MOST_ITEMS,
        default=list,
    )  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One number is a list of one."""
        serial = attrs.pop("serial")
        attrs["serials"] = (*([serial] if serial else []), *attrs["serials"])
        if not attrs["barcode"] and not attrs["serials"]:
            raise serializers.ValidationError({"barcode": _("Name a barcode or serial numbers.")})
        return attrs


def results(answers: Sequence[floor.Answer]) -> Response:
    """Per-item results in the order of the commands."""
    return Response({"results": [_result(answer) for answer in answers]})


def _result(answer: floor.Answer) -> dict[str, Any]:
    """One command's answer; `data` depends on the verb."""
    return {
        "key": answer.key,
        "ok": answer.ok,
        "code": answer.code,
        "message": answer.message,
        "repeated": answer.repeated,
        "data": dict(answer.data),
    }


def _many(item: serializers.Serializer[Any]) -> serializers.ListField:
    return serializers.ListField(child=item, min_length=1, max_length=MOST_ITEMS)


class PickLists(FloorEndpoint):
    """Make a pick list for what waits in a warehouse."""

    permission = roles.FLOOR_PICK

    class Input(serializers.Serializer[Any]):
        key = KeyField()
        warehouse = serializers.CharField(max_length=32)
        limit = serializers.IntegerField(min_value=1, max_value=200, default=20)

    def get(self, request: Request) -> Response:
        """Walks somebody may still walk."""
        found = board.pick_lists(scope=self.scope(), warehouse_id=_warehouse_id(self))
        return Response({"pick_lists": [_plain(view) for view in found]})

    def post(self, request: Request) -> Response:
        """The answer's data, with the steps of the new walk."""
        given = self.Input(data=request.data)
        given.is_valid(raise_exception=True)
        wish = floor.PickListWish(
            given.validated_data["key"],
            warehouse_id=_id_of(given.validated_data["warehouse"], self.scope()),
            limit=given.validated_data["limit"],
            picker_id=self.person().pk,
        )
        answer = committed(
            lambda: floor.create_pick_list(wish, actor=self.person().actor, scope=self.scope())
        )
        number = str(answer.data.get("pick_list", ""))
        walk = board.walk(number, scope=self.scope()) if number else None
        steps = [_plain(step) for step in walk.steps] if walk else []
        return Response({**_result(answer), "steps": steps})


class PickListDetail(FloorEndpoint):
    """One walk with its steps."""

    permission = roles.FLOOR_PICK

    def get(self, request: Request, number: str) -> Response:
        walk = board.walk(number, scope=self.scope())
        if walk is None:
            return Response({"code": "unknown_pick_list"}, status=404)
        steps = [_plain(step) for step in walk.steps]
        return Response({"number": walk.number, "state": walk.state, "steps": steps})


class Picks(FloorEndpoint):
    """Confirm many pick scans."""

    permission = roles.FLOOR_PICK

    class Input(GoodsFields):
        key = KeyField()
        pick_list = serializers.CharField(max_length=32)
        location = serializers.CharField(max_length=64)
        task = serializers.IntegerField(required=False, allow_null=True, default=None)

    def post(self, request: Request) -> Response:
        items = _items(request, "picks", self.Input())
        scans = [floor.PickScan(**item) for item in items]
        return results(
            committed(
                lambda: floor.confirm_picks(scans, actor=self.person().actor, scope=self.scope())
            )
        )


class Shorts(FloorEndpoint):
    """Report steps whose cell holds too little."""

    permission = roles.FLOOR_PICK

    class Input(serializers.Serializer[Any]):
        key = KeyField()
        pick_list = serializers.CharField(max_length=32)
        task = serializers.IntegerField()
        why = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")

    def post(self, request: Request) -> Response:
        reports = [floor.ShortReport(**item) for item in _items(request, "shorts", self.Input())]
        return results(
            committed(
                lambda: floor.report_short(reports, actor=self.person().actor, scope=self.scope())
            )
        )


class PutBacks(FloorEndpoint):
    """Bring goods of stopped fulfilments back to a shelf."""

    permission = roles.FLOOR_PICK

    class Input(GoodsFields):
        key = KeyField()
        fulfilment = serializers.CharField(max_length=64)
        location = serializers.CharField(max_length=64)

    def get(self, request: Request) -> Response:
        found = board.put_backs(scope=self.scope(), warehouse_id=_warehouse_id(self))
        return Response({"put_backs": [_plain(view) for view in found]})

    def post(self, request: Request) -> Response:
        scans = [floor.PutBackScan(**item) for item in _items(request, "put_backs", self.Input())]
        return results(
            committed(lambda: floor.put_back(scans, actor=self.person().actor, scope=self.scope()))
        )


class Checks(FloorEndpoint):
    """Confirm many scans at the pack bench."""

    permission = roles.FLOOR_PACK

    class Input(GoodsFields):
        key = KeyField()
        fulfilment = serializers.CharField(max_length=64)

    def post(self, request: Request) -> Response:
        scans = [floor.CheckScan(**item) for item in _items(request, "checks", self.Input())]
        return results(
            committed(
                lambda: floor.confirm_checks(scans, actor=self.person().actor, scope=self.scope())
            )
        )


class Parcels(FloorEndpoint):
    """Close many parcels; or see those that wait for the truck."""

    permission = roles.FLOOR_PACK

    class Input(serializers.Serializer[Any]):
        key = KeyField()
        fulfilment = serializers.CharField(max_length=64)
        carrier = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
        weight_g = serializers.IntegerField(required=False, allow_null=True, default=None)

    def post(self, request: Request) -> Response:
        items = _items(request, "parcels", self.Input())
        closings = [floor.ParcelClosing(**item) for item in items]
        return results(
            committed(
                lambda: floor.close_parcels(closings, actor=self.person().actor, scope=self.scope())
            )
        )


class Shipments(FloorEndpoint):
    """Ship many parcels; or see those that wait for the truck."""

    permission = roles.FLOOR_SHIP

    class Input(serializers.Serializer[Any]):
        key = KeyField()
        parcel = serializers.CharField(max_length=64)

    def get(self, request: Request) -> Response:
        found = board.parcels(
            scope=self.scope(), warehouse_id=_warehouse_id(self), limit=_limit(request)
        )
        return Response({"parcels": [_plain(view) for view in found]})

    def post(self, request: Request) -> Response:
        items = _items(request, "shipments", self.Input())
        departures = [floor.ParcelDeparture(**item) for item in items]
        return results(
            committed(
                lambda: floor.ship_parcels(
                    departures, actor=self.person().actor, scope=self.scope()
                )
            )
        )


class Fulfilments(FloorEndpoint):
    """Fulfilments by state (?state=PICKED&warehouse=WH1&limit=200), most urgent first."""

    permission = roles.FLOOR_PACK

    def get(self, request: Request) -> Response:
        asked = set(request.query_params.getlist("state"))
        found = board.fulfilments(
            scope=self.scope(),
            states=[str(state) for state in board.ON_FLOOR if not asked or state in asked],
            warehouse_id=_warehouse_id(self),
            limit=_limit(request),
        )
        return Response({"fulfilments": [_plain(view) for view in found]})


class Board(FloorEndpoint):
    """How many fulfilments stand in each state (?warehouse=WH1)."""

    permission = roles.FLOOR_PICK

    def get(self, request: Request) -> Response:
        counts = board.counts(scope=self.scope(), warehouse_id=_warehouse_id(self))
        return Response({"counts": counts})


def _items(
    request: Request, name: str, item: serializers.Serializer[Any]
) -> list[Mapping[str, Any]]:
    """The validated items of a batch.

    Raises:
        ValidationError: 400 with the field named.
    """
    wrapper: Callable[..., serializers.Serializer[Any]] = type(
        "Batch", (serializers.Serializer,), {name: _many(item)}
    )
    given = wrapper(data=request.data)
    given.is_valid(raise_exception=True)
    found: list[Mapping[str, Any]] = given.validated_data[name]
    return found


def _id_of(code: str, scope: Scope) -> int:
    """The warehouse with this code inside the scope; 0 is refused by the service."""
    found = {view.code: view.id for view in stock.warehouses(scope=scope)}
    return found.get(code, 0)


def _warehouse_id(endpoint: FloorEndpoint) -> int | None:
    code = endpoint.request.query_params.get("warehouse", "")
    return _id_of(code, endpoint.scope()) if code else None


def _limit(request: Request) -> int:
    given = request.query_params.get("limit", "200")
    return max(1, min(int(given), MOST_ITEMS)) if given.isdecimal() and len(given) < 6 else 200


def _plain(view: Any) -> dict[str, Any]:
    """A view's fields as JSON, with what it computes."""
    found = {name: _value(getattr(view, name)) for name in view.__dataclass_fields__}
    found |= {name: getattr(view, name) for name in ("left",) if hasattr(view, name)}
    return found


def _value(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) if hasattr(each, "__dataclass_fields__") else each for each in value]
    return dict(value) if isinstance(value, Mapping) else value
