"""What the proxy changes in the page that local-slack serves."""
