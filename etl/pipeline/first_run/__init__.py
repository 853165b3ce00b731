"""The first run: `billsight init` proposes a configuration for a folder of exports, and asks what it cannot know."""

from etl.pipeline.first_run.write_configuration import write_configuration

__all__ = ["write_configuration"]
