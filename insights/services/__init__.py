"""Writing figures down."""

from insights.services.figuring import figure_day, figure_now, owed_days

__all__ = ["figure_day", "figure_now", "owed_days"]
