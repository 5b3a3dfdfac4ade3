import os

from client import House, Refused

house = House(os.environ["HOUSE"], key_id=os.environ["KEY_ID"], secret=os.environ["SECRET"])

# What can be sold
found = house.get("/api/v1/stock/availability", sku=["MUG-01"], warehouse="WH1")
print(found["availability"][0]["available"], "to sell")

# Goods came in; the key makes it happen once, however often it is sent
body = {
    "key": "po-9-1",
    "document": "PO-9",
    "warehouse": "WH1",
    "location": "A-01",
    "lines": [{"sku": "MUG-01", "qty": 5}],
}
for _ in range(2):
    done = house.post("/api/v1/stock/receive", body)
    print("posting", done["posting"], "again" if done["repeated"] else "new")

# Many at once: each is answered by itself
orders = [
    {
        "key": f"so-{n}",
        "document": f"SO-{n}",
        "warehouse": "WH1",
        "reason": "ORDER",
        "lines": [{"sku": "MUG-01", "qty": qty}],
    }
    for n, qty in enumerate([1, 10**6])
]
for result in house.post("/api/v1/stock/hold", {"commands": orders})["results"]:
    print(result["key"], result["status"], [each["code"] for each in result["errors"]])

# A refusal says what, where, and what is there
try:
    house.post("/api/v1/stock/receive", {**body, "key": "po-9-2", "location": "NOWHERE"})
except Refused as refused:
    print(refused.status, refused.code, refused.errors[0].field, refused.errors[0].asked)

# All rows of a list, page after page
print(sum(1 for _ in house.each("/api/v1/stock/holds", "holds", role="COMMITMENT")), "claims")
