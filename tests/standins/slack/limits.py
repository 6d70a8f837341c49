"""Slack's limits and shapes, read once from ``limits.json`` beside this module."""

import json
from pathlib import Path
from typing import Any

LIMITS: dict[str, Any] = json.loads(Path(__file__).with_name("limits.json").read_text("utf-8"))
SHAPES: dict[str, dict[str, dict[str, Any]]] = LIMITS["shapes"]
