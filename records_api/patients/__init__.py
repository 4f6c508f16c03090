"""Patients: every resident, in households, by health number."""
