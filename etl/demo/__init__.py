"""An invented service provider of any size, with the truth beside it: which cause each invoice has, and why."""

from etl.demo.configuration import HEADING
from etl.demo.plan import DemoPlan
from etl.demo.write import write_demo

__all__ = ["HEADING", "DemoPlan", "write_demo"]
