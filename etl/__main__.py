"""`billsight`, and `python -m etl`: a signal is heard before anything that takes long to import."""

from __future__ import annotations

from etl.stopping import stop_on_signals


def main() -> None:
    """The entry point of `billsight`."""
    stop_on_signals()
    from etl import cli

    cli.main()


if __name__ == "__main__":
    main()
