"""The demonstration city: a seeded, deterministic, synthetic Delhi.

Nobody in it exists. It falls ill by the catalogue of `knowledge/delhi`, whose rates and seasons and
most frequencies are judgement; findings are drawn independently but for the catalogue's
tree. A model trained on it shows that the loop runs and learns what the catalogue says, and nothing
about patients. It is written through the services, like the work of any other client.
"""
