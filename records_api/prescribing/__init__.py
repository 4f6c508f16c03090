"""Prescribing: what a doctor ordered."""
