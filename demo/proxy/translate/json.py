"""Names for the JSON that passes through the proxy."""

from typing import Any

Json = dict[str, Any]
"""A decoded JSON object; its shape is Slack's, documented at docs.slack.dev/reference."""
