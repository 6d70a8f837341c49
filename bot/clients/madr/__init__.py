"""Decisions as MADR 4 files (https://adr.github.io/madr/): markdown with YAML front matter."""

from bot.clients.madr.files import MadrFiles

__all__ = ["MadrFiles"]
