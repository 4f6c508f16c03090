"""Consent: who may see a record, for how long; the one place that decides it."""
