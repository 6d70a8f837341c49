"""Every table: importing this module fills the metadata."""

from storage import unit_of_work
from storage.base import Base

METADATA = Base.metadata

__all__ = ["METADATA", "unit_of_work"]
