"""The answer for one invoice: the chain of checks with the values that decided, then the fix."""

from etl.report.why.answer import Answer, Check, explain
from etl.report.why.text import to_json, to_text

__all__ = ["Answer", "Check", "explain", "to_json", "to_text"]
