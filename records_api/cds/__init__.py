"""CDS Hooks 2.0: another hospital system asks, and gets the differential as cards.

A folder of its own beside `exchange`, which is the library that imports stand on and has no router:
what is here answers a doctor who waits, by consent, and writes nothing but advice.
Source: https://cds-hooks.hl7.org/2.0/
"""
