"""What somebody with the right, but at another store, is answered about a thing of the first.

A route with a thing in its address is a line here, or a test fails.
"""

from __future__ import annotations

from typing import Any

# They are not told that it exists.
HIDDEN = 404
# They are told that it is not theirs.
REFUSED = 403
# They are answered as for one that does not exist.
UNKNOWN = 422
# The same for the whole company, or their own only; said behind each.
ALIKE = 0

ELSEWHERE: dict[str, int] = {
    "person": REFUSED, "person-assign": REFUSED, "person-unassign": REFUSED, "person-act": REFUSED,
    "role": ALIKE,  # roles are the company's
    "role-act": ALIKE,  # changed only by who shapes roles everywhere: a message, nothing done
    "unit": REFUSED,
    "masters-warehouse": HIDDEN, "masters-switch": HIDDEN, "masters-warehouse-facts": HIDDEN,
    "masters-zone": HIDDEN,
    "masters-sku": ALIKE,  # SKUs are the company's
    "masters-reason": REFUSED,  # for who sees the whole company
    "client": HIDDEN, "client-secret-add": HIDDEN, "client-secret-retire": HIDDEN,
    "client-revoke": HIDDEN,
    "job": REFUSED,
    "trail-record": HIDDEN,
    "notice-bot": REFUSED,
    "list-view-save": ALIKE, "list-view-delete": ALIKE,  # one's own lists
    "list-setup": ALIKE, "list-export": ALIKE, "list-batch": ALIKE,
    "import-send": ALIKE,  # a kind of import, no thing
    "approval": REFUSED, "approval-decide": REFUSED, "approval-hand-over": REFUSED,
    "approval-comment": REFUSED, "approval-attach": REFUSED, "approval-withdraw": REFUSED,
    "approval-retry": REFUSED, "approval-again": REFUSED,
    "api-approval": HIDDEN, "api-approval-decide": HIDDEN,
    "delegation-end": ALIKE,  # one's own: a message, nothing done
    "approval-policy": HIDDEN, "approval-policy-switch": HIDDEN,
    "correction": HIDDEN,
    "webhook": HIDDEN, "webhook-secret": HIDDEN, "webhook-test": HIDDEN, "webhook-replay": HIDDEN,
    "webhook-end": HIDDEN, "api-webhook": HIDDEN, "api-webhook-messages": HIDDEN,
    "api-webhook-secret": HIDDEN, "api-webhook-test": HIDDEN, "api-webhook-replay": HIDDEN,
    "order": HIDDEN, "packing-slip": HIDDEN, "order-reveal": HIDDEN, "order-cancel": HIDDEN,
    "api-order": HIDDEN, "api-order-timeline": HIDDEN, "api-order-cancel": HIDDEN,
    "api-order-receiver": HIDDEN,
    "stock-explained": HIDDEN, "stock-kit": HIDDEN, "stock-cell": HIDDEN, "stock-location": HIDDEN,
    "stock-lot": HIDDEN, "stock-past-balance": HIDDEN,
    "stock-api-imports-one": HIDDEN,
    "stock-api-imports-one-book": HIDDEN,
    "hold": HIDDEN,
    "release-hold": HIDDEN, "scrap-cell": HIDDEN,
    "shipment": HIDDEN, "walk": HIDDEN,
    "measure": ALIKE,  # figures of one's own units
    "bench": ALIKE,  # one's own bench, without the order that is not theirs
    "shop": HIDDEN, "shop-settings": HIDDEN, "shop-look": HIDDEN, "shop-retry": HIDDEN,
    "listing-map": HIDDEN,
    "history": ALIKE, "history-version": ALIKE,  # of a SKU; tests/org has the others
    "history-restore": ALIKE,
    "stock-api-holds-one": HIDDEN,
    "api-sku": ALIKE, "api-lot": ALIKE,  # what there is, not where or how much
    "api-warehouse": HIDDEN, "api-location": HIDDEN, "api-fulfilment": HIDDEN,
    "api-shipment": HIDDEN, "api-shipment-label": HIDDEN, "api-shipment-ship": HIDDEN,
    "api-history": ALIKE,
    "api-person": HIDDEN,
    "api-sensor-bound": UNKNOWN, "api-sensor-calibrations": HIDDEN, "api-sensor-device": HIDDEN,
    "api-sensor-places": HIDDEN,
    "recall": ALIKE,  # a recall is the company's; its cells are those of one's own warehouses
    # Rules are the company's: who may write them writes them for all; what they froze is shown by
    # the reader's warehouses.
    "freeze-rule-edit": ALIKE, "rule-preview": ALIKE, "rule-review": ALIKE,
    "rule-differences": ALIKE, "rule-reviewed": ALIKE,
    "rule-shadow": ALIKE, "rule-test": ALIKE, "rule-preset": ALIKE, "api-rule": ALIKE,
    "api-rule-parameters": ALIKE, "api-rule-replays": ALIKE, "api-rule-step": ALIKE,
    "api-rule-tests": ALIKE, "api-rule-verdicts": ALIKE, "api-rule-preview": ALIKE,
    "api-rule-review": ALIKE, "api-rule-shadow": ALIKE, "api-rule-versions": ALIKE,
    "api-rule-apply": ALIKE, "api-rule-apply-preview": ALIKE,  # to goods of one's own warehouses
    "api-rule-version": ALIKE, "api-rule-differences": ALIKE, "api-rule-moves": ALIKE,
    "inspection": HIDDEN, "inspection-attach": HIDDEN, "inspection-file": HIDDEN,
    "api-evidence": HIDDEN, "api-inspection-result": HIDDEN, "api-incident-mended": HIDDEN,
    "api-promotion-end": HIDDEN, "api-inspection-files": HIDDEN,
    "api-clearance-take-over": HIDDEN, "api-disposal": HIDDEN, "api-disposal-preview": HIDDEN,
    "promotion": HIDDEN,
    # They lead back to their page with a message, nothing done.
    "promotion-end": ALIKE, "supplier-allow": ALIKE, "incident-mended": ALIKE,
    "hold-approve": ALIKE, "clearance-take-over": ALIKE,
    "recall-lift": ALIKE,  # lifted by who governs the whole company: a message, nothing done
}  # fmt: skip

# Whoever asks needs to be more than of the place: the maker, the head office, the one it is of.
NOT_BY_PLACE = {
    "unit", "masters-reason", "job", "trail-record", "notice-bot",
    "stock-api-imports-one", "stock-api-imports-one-book", "approval-policy",
    "approval-policy-switch",
}  # fmt: skip

# Of those who may decide, only whom the policy asks.
ONLY_WHOM_IT_ASKS = {"api-approval-decide"}

# What a write needs before it comes to looking at whose the thing is.
BODIES: dict[str, Any] = {
    "api-order-cancel": {"why": "x"},
    "api-order-receiver": {"why": "x"},
    "api-approval-decide": {"verdict": "APPROVE"},
    "api-inspection-result": {"result": "PASSED", "report": "R-1"},
    "api-promotion-end": {"how": "close"},
    "api-clearance-take-over": {"promotion": 1},
    "api-disposal": {"way": "RESTOCK", "why": "x"},
    "api-disposal-preview": {"way": "RESTOCK", "why": "x"},
    "stock-api-imports-one-book": {"take": "ALL"},
}

# Their answers elsewhere are shown by the tests of their own rooms, not by this table.
BY_THEIR_OWN_TESTS = {
    "api-excursion",
    "api-fulfilment-shipped",
    "api-lease",
    "api-recall",
    "api-recall-lift",
    "api-rule-verdict",
    "api-sensor-curve",
    "change-lease",
    "excursion",
    "freeze-rule",
    "rule-act",
    "rule-test-drop",
    "rule-tune",
    "rule-verdict",
    "sensor",
    "sensor-bound-end",
    "sensor-change",
}
