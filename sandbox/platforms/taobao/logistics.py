"""Shipping: ``taobao.logistics.offline.send`` and the table of carriers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.platforms.taobao import errors
from sandbox.platforms.taobao.trades import required, whole
from sandbox.world import orders, selling
from sandbox.world.refusals import Refused
from sandbox.world.shops import Shop

# id, code, name (platforms.md section 10).
COMPANIES = (
    (505, "SF", "顺丰速运"),
    (101, "YTO", "圆通速递"),
    (500, "ZTO", "中通快递"),
    (100, "STO", "申通快递"),
    (502, "YUNDA", "韵达快递"),
    (2, "EMS", "EMS"),
    (1, "POST", "中国邮政"),
    (513, "JD", "京东快递"),
    (1216, "HTKY", "极兔速递"),
    (201174, "DBL", "德邦快递"),
    (-1, "OTHER", "其他"),
)
_CODES = {code for _, code, _ in COMPANIES}
_WAYBILL = re.compile(r"[A-Za-z0-9-]{4,40}")
_REFUSED = "isv.logistics-offline-service-error:"


def companies(shop: Shop, params: Mapping[str, str]) -> dict[str, Any]:
    """``taobao.logistics.companies.get``."""
    del shop, params
    rows = [{"id": number, "code": code, "name": name} for number, code, name in COMPANIES]
    return {"logistics_companies": {"logistics_company": rows}}


def offline_send(shop: Shop, params: Mapping[str, str]) -> dict[str, Any]:
    """``taobao.logistics.offline.send``: the whole trade, or the lines in ``sub_tid`` with
    ``is_split=1``.

    Raises:
        TopError: unknown trade, wrong state (B04), unknown carrier (B60), malformed waybill number
        (B27).
    """
    tid, out_sid = str(whole(params, "tid")), required(params, "out_sid")
    company = required(params, "company_code")
    order = orders.by_number(shop=shop.code, number=tid)
    why = ""
    if order is None:
        why, no = "unknown", errors.business("isv.trade-not-exist", "交易不存在")
    elif company not in _CODES:
        why, no = "bad_company", errors.business(_REFUSED + "B60", "物流公司不存在")
    elif not _WAYBILL.fullmatch(out_sid):
        why, no = "bad_number", errors.business(_REFUSED + "B27", "运单号不符合规则")
    if order is None or why:
        selling.record_shipment(
            shop=shop.code, number=tid, tracking=out_sid, company=company, why=why
        )
        raise no
    units = None
    if params.get("is_split") == "1" and params.get("sub_tid"):
        wanted = set(params["sub_tid"].split(","))
        known = {str(line.id): line.quantity - line.shipped for line in order.lines}
        units = {int(one) if one.isdigit() else 0: known.get(one, 1) for one in wanted}
    try:
        selling.ship(order, tracking=out_sid, company=company, units=units)
    except Refused as refused:
        message = f"该订单不允许发货,请检查订单状态 ({refused.code})"
        raise errors.business(_REFUSED + "B04", message) from refused
    return {"shipping": {"is_success": True}}
