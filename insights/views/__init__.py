"""Pages of the boards: the workbench, and the measures."""

from insights.views.measuring import catalogue, measure, measure_data, measure_file
from insights.views.workbench import workbench

__all__ = ["catalogue", "measure", "measure_data", "measure_file", "workbench"]
