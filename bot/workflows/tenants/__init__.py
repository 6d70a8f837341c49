"""Who is installed: one workspace by the operator's token, or those that installed the app."""

from bot.workflows.tenants.directory import Directory
from bot.workflows.tenants.one import OneTenant

__all__ = ["Directory", "OneTenant"]
