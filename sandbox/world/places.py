"""Where the buyers live: every mainland province with cities and districts, and some addresses
abroad.

Names and postcodes are public knowledge; streets, people and telephone numbers are made up.
"""

from __future__ import annotations

# province|city|district,district,...|postcode of the city
CHINA = """
北京市|北京市|东城区,西城区,朝阳区,海淀区,丰台区,通州区,昌平区|100000
天津市|天津市|和平区,南开区,河西区,滨海新区,西青区|300000
河北省|石家庄市|长安区,裕华区,桥西区,正定县|050000
河北省|保定市|竞秀区,莲池区,涿州市|071000
山西省|太原市|小店区,迎泽区,万柏林区|030000
内蒙古自治区|呼和浩特市|新城区,赛罕区,回民区|010000
辽宁省|沈阳市|和平区,沈河区,铁西区,浑南区|110000
辽宁省|大连市|中山区,沙河口区,甘井子区|116000
吉林省|长春市|朝阳区,南关区,绿园区|130000
黑龙江省|哈尔滨市|道里区,南岗区,香坊区|150000
上海市|上海市|黄浦区,徐汇区,静安区,浦东新区,闵行区,松江区,嘉定区|200000
江苏省|南京市|玄武区,鼓楼区,建邺区,江宁区|210000
江苏省|苏州市|姑苏区,虎丘区,吴中区,昆山市|215000
江苏省|无锡市|梁溪区,滨湖区,江阴市|214000
浙江省|杭州市|上城区,西湖区,滨江区,余杭区,萧山区|310000
浙江省|宁波市|海曙区,鄞州区,慈溪市|315000
浙江省|金华市|婺城区,义乌市,东阳市|321000
安徽省|合肥市|庐阳区,蜀山区,包河区|230000
福建省|福州市|鼓楼区,台江区,晋安区|350000
福建省|厦门市|思明区,湖里区,集美区|361000
江西省|南昌市|东湖区,红谷滩区,青山湖区|330000
山东省|济南市|历下区,市中区,历城区|250000
山东省|青岛市|市南区,市北区,崂山区,黄岛区|266000
河南省|郑州市|金水区,二七区,中原区,郑东新区|450000
湖北省|武汉市|江岸区,武昌区,洪山区,汉阳区|430000
湖南省|长沙市|芙蓉区,岳麓区,雨花区,天心区|410000
广东省|广州市|天河区,越秀区,海珠区,番禺区,白云区|510000
广东省|深圳市|福田区,南山区,宝安区,龙岗区|518000
广东省|东莞市|南城街道,虎门镇,长安镇|523000
广西壮族自治区|南宁市|青秀区,西乡塘区,兴宁区|530000
海南省|海口市|龙华区,美兰区,秀英区|570000
重庆市|重庆市|渝中区,江北区,渝北区,沙坪坝区,九龙坡区|400000
四川省|成都市|锦江区,青羊区,武侯区,高新区,双流区|610000
贵州省|贵阳市|南明区,云岩区,观山湖区|550000
云南省|昆明市|五华区,盘龙区,官渡区|650000
西藏自治区|拉萨市|城关区,堆龙德庆区|850000
陕西省|西安市|雁塔区,碑林区,未央区,新城区|710000
甘肃省|兰州市|城关区,七里河区,安宁区|730000
青海省|西宁市|城东区,城西区,城中区|810000
宁夏回族自治区|银川市|兴庆区,金凤区,西夏区|750000
新疆维吾尔自治区|乌鲁木齐市|天山区,沙依巴克区,水磨沟区|830000
""".strip()

STREETS = [
    "解放路",
    "人民路",
    "中山路",
    "建设路",
    "文化路",
    "新华街",
    "和平街",
    "长江路",
    "黄河路",
    "学院路",
    "科技路",
    "滨河路",
]
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
GIVEN = [
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "强",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "秀英",
    "霞",
    "平",
    "刚",
    "桂英",
    "子轩",
    "雨桐",
    "浩然",
    "欣怡",
    "梓涵",
]
MOBILE = [
    "130",
    "131",
    "135",
    "136",
    "137",
    "138",
    "139",
    "150",
    "151",
    "158",
    "159",
    "176",
    "177",
    "180",
    "186",
    "188",
    "189",
    "199",
]

# city|state or province|code|country|country code|postcodes
ABROAD = """
Louisville|Kentucky|KY|United States|US|40202,40203,40204
Seattle|Washington|WA|United States|US|98101,98103,98109
Austin|Texas|TX|United States|US|78701,78704,78745
Chicago|Illinois|IL|United States|US|60601,60614,60657
Brooklyn|New York|NY|United States|US|11201,11215,11238
San Francisco|California|CA|United States|US|94103,94110,94117
Toronto|Ontario|ON|Canada|CA|M5V 2T6,M4W 1A5
London|England|ENG|United Kingdom|GB|SW1A 1AA,E1 6AN,N1 9GU
München|Bayern|BY|Germany|DE|80331,80799
Paris|Île-de-France|IDF|France|FR|75003,75011
Melbourne|Victoria|VIC|Australia|AU|3000,3053
""".strip()

ROADS = [
    "Chestnut Street",
    "Maple Avenue",
    "2nd Street",
    "Park Road",
    "O'Hara Lane",
    "Church Street",
    "Mill Road",
]
FIRST = [
    "Emma",
    "Liam",
    "Olivia",
    "Noah",
    "José",
    "Zoë",
    "Anne-Marie",
    "Björn",
    "Grace",
    "Henry",
    "Siobhán",
    "Lucas",
]
LAST = [
    "Norman",
    "Smith",
    "O'Brien",
    "García",
    "Müller",
    "Johnson",
    "van Dijk",
    "Nguyen",
    "Brown",
    "Lefèvre",
]

NOTES_CN = [
    "请尽快发货",
    "周末配送",
    "放门口就行",
    "不要打电话",
    "送人的",
    "请包好一点🎁",
    "发顺丰",
    "工作日白天送",
]
NOTES_ABROAD = [
    "Please ring twice",
    "Leave at the door",
    "It is a gift 🎁",
    "Happy birthday",
    "No plastic please",
]
