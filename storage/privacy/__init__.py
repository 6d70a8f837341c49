"""Audit log, roles, retention, export, deletion and purge."""
