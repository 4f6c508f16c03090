"""Advice: every answer a model gave, and what the person did with it."""
