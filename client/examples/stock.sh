. client/examples/house.sh

# What can be sold, and why it is not more
house GET /api/v1/stock/availability 'sku=MUG-01&warehouse=WH1'
house GET /api/v1/stock/explanation 'sku=MUG-01&warehouse=WH1'

# Goods came in; the key makes it happen once, however often it is sent
house POST /api/v1/stock/receive '' '{"key": "po-1-1", "document": "PO-1",
  "warehouse": "WH1", "location": "A-01", "lines": [{"sku": "MUG-01", "qty": 5}]}'

# Claim two units for an order, and let them go again
house POST /api/v1/stock/hold '' '{"key": "so-1", "document": "SO-1",
  "warehouse": "WH1", "reason": "ORDER", "lines": [{"sku": "MUG-01", "qty": 2}]}'
house POST /api/v1/stock/release '' '{"key": "so-1-off", "document": "SO-1"}'

# More goods will come; this write carries its key in the header
house POST /api/v1/stock/incoming '' '{"document": "PO-2", "warehouse": "WH1",
  "sku": "MUG-01", "qty": 500, "due_at": "2090-01-31T09:00:00+08:00"}' po-2-mug

# Every change since the last time: keep the cursor of the answer
house GET /api/v1/stock/changes 'limit=100'
