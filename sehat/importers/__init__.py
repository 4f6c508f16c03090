"""Importers: a file each for what it reads; `records_api.exchange` does what is common to all."""
