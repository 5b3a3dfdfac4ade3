import os

from client import House

house = House(os.environ["HOUSE"], key_id=os.environ["KEY_ID"], secret=os.environ["SECRET"])

# Follow every change of stock: keep the cursor where you keep what you read
cursor = None
while True:
    page = house.get("/api/v1/stock/changes", cursor=cursor, limit=500)
    for change in page["changes"]:
        for line in change["lines"]:
            print(change["document"], line["warehouse_code"], line["sku_code"], line["on_hand"])
    if not page["changes"]:
        break
    cursor = page["cursor"]
