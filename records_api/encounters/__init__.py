"""Encounters: complaints, findings, vitals, notes, diagnoses."""
