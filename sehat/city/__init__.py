"""The demonstration city: a seeded, deterministic, synthetic Delhi.

Nobody in it exists. Rates, seasons and findings are plausible, not measured: a model trained on it
shows that the loop runs, and nothing about patients. It is written through the services, like the
work of any other client.
"""
