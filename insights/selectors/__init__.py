"""Reading figures: a measure over days, by any cut."""

from insights.selectors.series import Asked, Line, Series, series
from insights.selectors.wording import cut_names, written

__all__ = ["Asked", "Line", "Series", "cut_names", "series", "written"]
