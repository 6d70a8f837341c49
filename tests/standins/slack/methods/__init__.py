"""The Web API methods the fake knows: name to function and scope."""

from tests.standins.slack.methods.table import METHODS, Method

__all__ = ["METHODS", "Method"]
