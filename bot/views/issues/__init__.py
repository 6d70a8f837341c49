"""What people see of Jira issues."""
