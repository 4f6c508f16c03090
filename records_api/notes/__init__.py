"""Notes: drafts that a person or a machine wrote, what was read from them, and what was signed."""
