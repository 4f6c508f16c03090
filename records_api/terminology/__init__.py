"""Terminology: findings and conditions, with their names in English and Hindi."""
