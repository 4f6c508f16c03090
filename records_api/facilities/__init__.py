"""Facilities: hospitals, dispensaries and mohalla clinics, in a tree of districts."""
