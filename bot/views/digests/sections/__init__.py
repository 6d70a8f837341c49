"""How each section of a digest looks; one that has nothing to say gives no part."""
