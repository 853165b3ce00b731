"""billsight: why can't my client see this invoice?"""

__version__ = "0.1.0"
