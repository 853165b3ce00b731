"""An invented service provider of any size, with the true cause of each invoice."""

from etl.demo.configuration import HEADING
from etl.demo.plan import DemoPlan
from etl.demo.write import write_demo

__all__ = ["HEADING", "DemoPlan", "write_demo"]
