"""Where a Chinese province lies, for choosing the nearest warehouse. Pure.

The points are the provinces' capitals (WGS 84, two decimals, about a kilometre): people and
warehouses sit there, the geometric middle of Tibet or Inner Mongolia is empty.
"""

from __future__ import annotations

import math
from typing import NamedTuple


class Point(NamedTuple):
    """Degrees north and east."""

    latitude: float
    longitude: float


CAPITALS = {
    "北京": Point(39.90, 116.41),
    "天津": Point(39.13, 117.20),
    "河北": Point(38.04, 114.51),
    "山西": Point(37.87, 112.55),
    "内蒙古": Point(40.84, 111.75),
    "辽宁": Point(41.80, 123.43),
    "吉林": Point(43.82, 125.32),
    "黑龙江": Point(45.80, 126.53),
    "上海": Point(31.23, 121.47),
    "江苏": Point(32.06, 118.80),
    "浙江": Point(30.27, 120.16),
    "安徽": Point(31.82, 117.23),
    "福建": Point(26.07, 119.30),
    "江西": Point(28.68, 115.86),
    "山东": Point(36.65, 117.12),
    "河南": Point(34.75, 113.63),
    "湖北": Point(30.59, 114.31),
    "湖南": Point(28.23, 112.94),
    "广东": Point(23.13, 113.26),
    "广西": Point(22.82, 108.32),
    "海南": Point(20.04, 110.35),
    "重庆": Point(29.56, 106.55),
    "四川": Point(30.57, 104.07),
    "贵州": Point(26.65, 106.63),
    "云南": Point(25.04, 102.71),
    "西藏": Point(29.65, 91.12),
    "陕西": Point(34.34, 108.94),
    "甘肃": Point(36.06, 103.83),
    "青海": Point(36.62, 101.78),
    "宁夏": Point(38.49, 106.23),
    "新疆": Point(43.83, 87.62),
    "香港": Point(22.32, 114.17),
    "澳门": Point(22.20, 113.54),
    "台湾": Point(25.03, 121.57),
}

# English spellings as shops abroad write them, without blanks, in lower case.
_ENGLISH = {
    "beijing": "北京", "tianjin": "天津", "hebei": "河北", "shanxi": "山西",
    "innermongolia": "内蒙古", "neimongol": "内蒙古", "liaoning": "辽宁", "jilin": "吉林",
    "heilongjiang": "黑龙江", "shanghai": "上海", "jiangsu": "江苏", "zhejiang": "浙江",
    "anhui": "安徽", "fujian": "福建", "jiangxi": "江西", "shandong": "山东", "henan": "河南",
    "hubei": "湖北", "hunan": "湖南", "guangdong": "广东", "guangxi": "广西", "hainan": "海南",
    "chongqing": "重庆", "sichuan": "四川", "guizhou": "贵州", "yunnan": "云南", "tibet": "西藏",
    "xizang": "西藏", "shaanxi": "陕西", "gansu": "甘肃", "qinghai": "青海", "ningxia": "宁夏",
    "xinjiang": "新疆", "hongkong": "香港", "macau": "澳门", "macao": "澳门", "taiwan": "台湾",
}  # fmt: skip

EARTH_KM = 6371.0


def point_of_province(name: str) -> Point | None:
    """Where the province lies; knows "广西壮族自治区", "广西" and "Guangxi", None for others."""
    plain = "".join(name.split())
    english = plain.lower().removesuffix("province").removesuffix("shi").removesuffix("sheng")
    if english in _ENGLISH:
        return CAPITALS[_ENGLISH[english]]
    # No short name is the beginning of another one.
    return next((point for short, point in CAPITALS.items() if plain.startswith(short)), None)


def distance_km(a: Point, b: Point) -> float:
    """Great-circle distance in kilometres (haversine)."""
    north = math.radians(b.latitude - a.latitude) / 2
    east = math.radians(b.longitude - a.longitude) / 2
    shrink = math.cos(math.radians(a.latitude)) * math.cos(math.radians(b.latitude))
    half = math.sin(north) ** 2 + shrink * math.sin(east) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(half))
