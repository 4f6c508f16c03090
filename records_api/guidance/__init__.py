"""Guidance: what must not be missed, and what to do next, by what the terminology says of conditions."""
