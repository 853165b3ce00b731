"""`billsight`, and `python -m etl`: a signal is heard before anything that takes long to import."""

from __future__ import annotations

import sys

from etl.errors import ResourcesExhaustedError
from etl.limits import limit_errors, supervise
from etl.signals import stop_on_signals


def main() -> None:
    """The entry point of `billsight`."""
    supervise()
    try:
        with limit_errors():
            stop_on_signals()
            from etl import cli
    except ResourcesExhaustedError as error:
        sys.stderr.write(f"billsight: {error}\n")
        raise SystemExit(int(error.exit_code)) from None
    cli.main()


if __name__ == "__main__":
    main()
