"""What the suite knows of illness: findings, conditions, how often one shows the other, and sources.

The data lies in JSON, a folder a catalogue; `knowledge/delhi` is our own. Nothing here imports the
rest of the project, so that a clinician's tool or another city can use it alone.
"""
