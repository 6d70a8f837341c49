"""A two-way proxy in front of local-slack: the product speaks real Slack, the page copes."""

from demo.proxy.server import create_app

__all__ = ["create_app"]
