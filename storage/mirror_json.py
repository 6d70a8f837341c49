"""What a JSON column can't hold, made storable: numbers that are none, and characters.

JSON has no NaN or infinity (PostgreSQL's JSONB refuses them), and PostgreSQL stores neither NUL
nor half a surrogate pair.
"""

import math
from collections.abc import Mapping
from typing import Any


def pack_metrics(metrics: Mapping[str, float]) -> dict[str, Any]:
    """Metrics as JSON values: what is not finite becomes a string."""
    return {storable(key): _pack(float(value)) for key, value in metrics.items()}


def unpack_metrics(stored: Mapping[str, Any]) -> dict[str, float]:
    """The floats that `pack_metrics` stored, `nan` and `inf` included."""
    return {key: float(value) for key, value in stored.items()}


def pack_texts(texts: Mapping[str, str]) -> dict[str, Any]:
    """Params or tags as JSON values."""
    return {storable(key): storable(value) for key, value in texts.items()}


def unpack_texts(stored: Mapping[str, Any]) -> dict[str, str]:
    """The params or tags that `pack_texts` stored."""
    return dict(stored)


def storable(text: str) -> str:
    """Text that both databases store; what they can't becomes a question mark."""
    return text.replace("\x00", "?").encode("utf-8", "replace").decode("utf-8")


def _pack(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)
