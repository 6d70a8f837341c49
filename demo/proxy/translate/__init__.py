"""Pure translation between Slack's Block Kit and what local-slack's page can show and return."""
