"""The chain behind anything: how it was claimed, shown, decided, and what became of it."""
