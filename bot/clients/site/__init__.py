"""The decision log as a static site, built by Zensical (https://zensical.org/docs/) in a process
of its own: nothing of it runs inside the bot."""
