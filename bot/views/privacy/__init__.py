"""Pages and forms of roles, retention, the audit log and one's own data."""
