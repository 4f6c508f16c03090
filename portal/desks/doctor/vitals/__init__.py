"""Vital signs at the desk: the nurse measures, the page says what it counts as."""
