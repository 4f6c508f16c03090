"""Pharmacy: items, batches, an append-only stock ledger, dispensing."""
