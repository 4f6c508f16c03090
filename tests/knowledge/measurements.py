"""The limits of the Delhi catalogue."""

from knowledge import catalogue
from knowledge.concepts import concepts
from knowledge.measured import rules_of

RULES = {
    row["code"]: rules_of(row["detail"]["measured"])
    for row in concepts(catalogue.delhi())
    if row["detail"].get("measured")
}
