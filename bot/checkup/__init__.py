"""`meridian doctor` and `/meridian doctor`: each check with the line that mends it."""

from bot.checkup.all import DEADLINE, SettingsDoctor, check
from bot.domain.finding import Finding

__all__ = ["DEADLINE", "Finding", "SettingsDoctor", "check"]
