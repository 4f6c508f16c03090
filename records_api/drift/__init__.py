"""Drift: whether models still answer about the people and illnesses that they learned from."""
