"""Validation of Block Kit payloads as Slack does it; a problem names its place by JSON pointer."""

from tests.standins.slack.blockkit.report import Report, Rules
from tests.standins.slack.blockkit.surfaces import check_blocks, check_message, check_view

__all__ = ["Report", "Rules", "check_blocks", "check_message", "check_view"]
