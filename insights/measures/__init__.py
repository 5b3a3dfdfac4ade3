"""The figures of the house, one measure a file; a new one is a file and a line in `MEASURES`."""

from insights.measures import (
    audit_differences,
    count_accuracy,
    defective_shipped,
    exceptions_by_age,
    freezes_by_cause,
    freezes_by_origin,
    held_by_reason,
    near_expiry,
    order_to_held,
    order_to_shipped,
    orders_by_hour,
    oversold,
    pick_rate,
    preset_share,
    same_day,
    sellable_share,
    shipped_uninspected,
    stock_age,
    sync_lag,
    time_to_release,
)
from insights.measures.measure import Baseline, Cut, Grain, Joined, Joins, Measure, Shown, join

# In the order the page lists them: orders, floor, stock, shops, books.
MEASURES: dict[str, Measure] = {
    file.MEASURE.code: file.MEASURE
    for file in (
        orders_by_hour,
        order_to_held,
        order_to_shipped,
        same_day,
        oversold,
        exceptions_by_age,
        pick_rate,
        count_accuracy,
        held_by_reason,
        freezes_by_cause,
        freezes_by_origin,
        preset_share,
        time_to_release,
        sellable_share,
        stock_age,
        near_expiry,
        defective_shipped,
        shipped_uninspected,
        sync_lag,
        audit_differences,
    )
}

__all__ = ["MEASURES", "Baseline", "Cut", "Grain", "Joined", "Joins", "Measure", "Shown", "join"]
