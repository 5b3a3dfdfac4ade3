"""The demo company as plain tables: a tea and snack chain that sells in three web shops. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

PASSWORD = "demo-2026-tea"  # noqa: S105 - printed on the terminal, for one's own machine

# code, kind, parent, name
UNITS = [
    ("HQ", "HEAD_OFFICE", None, "清禾集团总部"),
    ("EAST", "REGION", "HQ", "华东大区"),
    ("SOUTH", "REGION", "HQ", "华南大区"),
    ("SH-NJL", "STORE", "EAST", "上海南京路店"),
    ("HZ-XH", "STORE", "EAST", "杭州西湖店"),
    ("GZ-TH", "STORE", "SOUTH", "广州天河店"),
]

# sign-in name, shown name, role, unit
PEOPLE = [
    ("hq", "总部 林岚", "HEAD_OFFICE", "HQ"),
    ("desk", "订单员 周宁", "ORDER_DESK", "HQ"),
    ("lead", "仓库主管 陈实", "WAREHOUSE_LEAD", "HQ"),
    ("picker", "拣货员 王小满", "WAREHOUSE_STAFF", "HQ"),
    ("store", "店长 赵晴", "STORE_MANAGER", "SH-NJL"),
    ("east", "华东区经理 沈岳", "REGION_MANAGER", "EAST"),
    ("finance", "财务 吴敏", "FINANCE", "HQ"),
    ("it", "信息部 孙言", "IT", "HQ"),
    ("auditor", "审计 何谨", "AUDITOR", "HQ"),
]


@dataclass(frozen=True)
class House:
    """A warehouse; `share` is its part of the demo stock in percent."""

    code: str
    name: str
    kind: str
    unit: str
    province: str
    city: str
    latitude: float
    longitude: float
    share: int
    aisles: int


WAREHOUSES = [
    House("WH-SH", "上海中央仓", "CENTRAL", "HQ", "上海", "上海市", 31.23, 121.47, 60, 6),
    House("WH-GZ", "广州区域仓", "REGIONAL", "SOUTH", "广东省", "广州市", 23.13, 113.26, 35, 4),
    House("ST-NJL", "南京路店卖场", "STORE", "SH-NJL", "上海", "上海市", 31.235, 121.475, 5, 1),
]


@dataclass(frozen=True)
class Shop:
    """A web shop; `warehouses` are those whose stock it sells."""

    platform: str
    code: str
    name: str
    currency: str
    credentials: dict[str, str]
    warehouses: tuple[str, ...] = ("WH-SH", "WH-GZ")
    # Without this the call limit is the platform's own.
    sandbox_options: dict[str, object] = field(default_factory=dict)


SHOPS = [
    Shop(
        "taobao", "qinghe-tmall", "清禾旗舰店（天猫）", "CNY",
        {"app_key": "12345678", "app_secret": "demo-top-secret", "session": "demo-session-1",
         "refresh_token": "demo-refresh-1"},
    ),
    Shop(
        "taobao", "qinghe-c", "清禾茶铺（淘宝）", "CNY",
        {"app_key": "12345678", "app_secret": "demo-top-secret", "session": "demo-session-2",
         "refresh_token": "demo-refresh-2"},
    ),
    Shop(
        "shopify", "qinghe.myshopify.com", "Qinghe Tea (Shopify)", "USD",
        {"access_token": "shpat_demo_qinghe", "client_secret": "demo-shopify-secret"},
    ),
]  # fmt: skip

CARRIERS = [
    ("SF", "顺丰速运", {"taobao": "SF", "shopify": "SF Express"}, "SF", 10**9, 2 * 10**9),
    ("ZTO", "中通快递", {"taobao": "ZTO", "shopify": "ZTO Express"}, "ZT", 10**9, 2 * 10**9),
]

# code, name, category, cost, price, shelf life in days (0: no lots), grams, units in all warehouses
GOODS = [
    ("TEA-LJ-050", "明前龙井 50克", "茶叶", "38.00", "98.00", 540, 90, 800),
    ("TEA-LJ-250", "明前龙井 250克", "茶叶", "168.00", "398.00", 540, 320, 300),
    ("TEA-BLC-100", "洞庭碧螺春 100克", "茶叶", "66.00", "168.00", 540, 140, 500),
    ("TEA-TGY-250", "安溪铁观音 250克", "茶叶", "58.00", "148.00", 720, 310, 600),
    ("TEA-DHP-100", "武夷大红袍 100克", "茶叶", "72.00", "188.00", 720, 150, 450),
    ("TEA-PE-357", "勐海普洱饼 357克", "茶叶", "80.00", "218.00", 0, 400, 400),
    ("TEA-BHZ-150", "福鼎白毫银针 150克", "茶叶", "120.00", "298.00", 0, 200, 250),
    ("TEA-QM-100", "祁门红茶 100克", "茶叶", "42.00", "108.00", 720, 140, 700),
    ("TEA-MLH-100", "茉莉花茶 100克", "茶叶", "22.00", "58.00", 540, 140, 900),
    ("TEA-JH-040", "胎菊 40克", "花草茶", "12.00", "32.00", 540, 70, 900),
    ("TEA-MG-080", "平阴玫瑰 80克", "花草茶", "18.00", "46.00", 540, 110, 700),
    ("TEA-CP-300", "新会陈皮 300克", "花草茶", "95.00", "236.00", 0, 360, 200),
    ("BAG-LJ-20", "龙井袋泡茶 20包", "袋泡茶", "15.00", "39.00", 540, 80, 1200),
    ("BAG-HC-20", "红茶袋泡茶 20包", "袋泡茶", "13.00", "35.00", 540, 80, 1200),
    ("BAG-WL-20", "乌龙袋泡茶 20包", "袋泡茶", "14.00", "36.00", 540, 80, 1200),
    ("COLD-NM-300", "冷泡柠檬茶 300毫升", "饮料", "4.20", "12.00", 270, 330, 2400),
    ("COLD-ML-300", "冷泡茉莉茶 300毫升", "饮料", "4.00", "11.00", 270, 330, 2400),
    ("COLD-WT-300", "冷泡乌龙茶 300毫升", "饮料", "4.00", "11.00", 270, 330, 2400),
    ("SN-XH-100", "琥珀核桃仁 100克", "零食", "11.00", "26.00", 240, 120, 1500),
    ("SN-YG-120", "腰果 120克", "零食", "13.00", "29.90", 240, 140, 1500),
    ("SN-GZ-200", "山核桃瓜子 200克", "零食", "6.50", "15.90", 240, 220, 1800),
    ("SN-MG-100", "芒果干 100克", "零食", "6.00", "14.90", 300, 120, 1600),
    ("SN-CMD-150", "草莓冻干 150克", "零食", "15.00", "35.00", 300, 170, 900),
    ("SN-FLS-200", "凤梨酥 200克", "糕点", "12.00", "32.00", 60, 260, 800),
    ("SN-LDG-250", "绿豆糕 250克", "糕点", "9.00", "25.00", 45, 300, 800),
    ("SN-HTS-180", "核桃酥 180克", "糕点", "8.00", "19.90", 90, 220, 900),
    ("SN-XHS-150", "鲜花饼 150克", "糕点", "8.50", "22.00", 45, 190, 900),
    ("SN-NJT-240", "牛轧糖 240克", "糖果", "9.50", "26.80", 270, 270, 1000),
    ("SN-HST-200", "花生酥糖 200克", "糖果", "7.00", "18.00", 270, 230, 1000),
    ("HN-HH-500", "洋槐蜂蜜 500克", "蜂蜜", "28.00", "68.00", 720, 760, 600),
    ("HN-YZ-500", "柚子蜂蜜茶 500克", "蜂蜜", "21.00", "52.00", 540, 760, 600),
    ("WR-GW-150", "白瓷盖碗 150毫升", "茶具", "26.00", "79.00", 0, 320, 500),
    ("WR-ZSH-200", "紫砂壶 200毫升", "茶具", "160.00", "458.00", 0, 420, 120),
    ("WR-GDB-250", "公道杯 250毫升", "茶具", "14.00", "42.00", 0, 260, 500),
    ("WR-PMB-060", "品茗杯 60毫升 两只", "茶具", "16.00", "48.00", 0, 210, 600),
    ("WR-BWB-500", "316 保温杯 500毫升", "茶具", "48.00", "129.00", 0, 380, 700),
    ("WR-CTP-M", "便携旅行茶具", "茶具", "52.00", "158.00", 0, 620, 400),
    ("WR-CP-S", "竹制茶盘 小号", "茶具", "38.00", "108.00", 0, 980, 300),
    ("WR-CD-01", "茶刀", "茶具", "9.00", "28.00", 0, 90, 500),
    ("WR-LW-01", "不锈钢茶滤", "茶具", "6.00", "19.00", 0, 60, 800),
    ("GF-CJ-A", "春节礼盒 A 款", "礼盒", "98.00", "268.00", 180, 1600, 300),
    ("GF-CJ-B", "春节礼盒 B 款", "礼盒", "138.00", "368.00", 180, 2100, 200),
    ("GF-ZQ-A", "中秋礼盒", "礼盒", "108.00", "298.00", 60, 1800, 150),
    ("GF-BSL", "伴手礼小盒", "礼盒", "32.00", "88.00", 180, 520, 500),
    ("PK-DZ-L", "礼品袋 大号", "包材", "1.20", "5.00", 0, 60, 3000),
    ("PK-DZ-S", "礼品袋 小号", "包材", "0.80", "3.00", 0, 40, 3000),
    ("LTD-LJ-500", "限量头采龙井 500克", "茶叶", "520.00", "1280.00", 540, 620, 20),
    ("LTD-ZS-01", "大师款紫砂壶", "茶具", "1200.00", "3680.00", 0, 480, 8),
]

# Sold as one, kept as their parts: code, name, category, price, {part: units in one kit}
KITS: list[tuple[str, str, str, str, dict[str, int]]] = [
    ("KIT-LJ-QM", "双茗茶礼（龙井 + 祁门）", "礼盒", "198.00",
     {"TEA-LJ-050": 1, "TEA-QM-100": 1, "PK-DZ-S": 1}),
    ("KIT-GFC", "功夫茶入门套装", "礼盒", "328.00",
     {"WR-GW-150": 1, "WR-GDB-250": 1, "WR-PMB-060": 2, "TEA-TGY-250": 1, "PK-DZ-L": 1}),
]  # fmt: skip
