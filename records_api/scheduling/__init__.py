"""Scheduling: sessions, places, bookings."""
