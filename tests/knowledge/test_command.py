"""`sehat knowledge` for people and for programs."""

import json

import pytest
from typer.testing import CliRunner

from sehat.cli import app
from tests.knowledge.conftest import Small

run = CliRunner()


def test_lint_names_each_fault_and_fails(small: Small) -> None:
    small.findings[0]["parent"] = "heat"
    told = run.invoke(app, ["knowledge", "lint", str(small.write())])
    assert told.exit_code == 1
    assert "broken   finding fever: its parent heat does not exist" in told.output
    assert "Nobody has reviewed it." in told.output


def test_lint_may_look_past_what_is_missing(small: Small) -> None:
    small.conditions[0].pop("rate")
    folder = str(small.write())
    assert run.invoke(app, ["knowledge", "lint", folder]).exit_code == 1
    told = run.invoke(app, ["knowledge", "lint", folder, "--allow-missing", "--json"])
    assert told.exit_code == 0
    assert json.loads(told.stdout)["faults"] == []
    assert json.loads(told.stdout)["conditions"] == 2


def test_lint_counts_the_frequencies_that_were_published(small: Small) -> None:
    conditions = small.conditions
    given = sum(len(condition["findings"]) for condition in conditions)
    conditions[0]["findings"]["fever"] = {"frequency": 0.8, "source": "guide-2020"}
    folder = str(small.write())
    told = run.invoke(app, ["knowledge", "lint", folder])
    assert f"1 of {given} frequencies have a published source" in told.output
    told = run.invoke(app, ["knowledge", "lint", folder, "--json"])
    counts = json.loads(told.stdout)
    assert (counts["published_frequencies"], counts["frequencies"]) == (1, given)
    told = run.invoke(app, ["knowledge", "show", "dengue", "--folder", folder])
    assert "80%  Fever (guide-2020)" in told.output
    assert "(judgement)" in told.output


@pytest.mark.parametrize("word", ["dengue", "DENGUE", "dengue alias"])
def test_show_tells_all_of_a_condition(small: Small, word: str) -> None:
    told = run.invoke(app, ["knowledge", "show", word, "--folder", str(small.write())])
    assert told.exit_code == 0
    for line in (
        "Dengue · डेंगू (A97.0)",
        "40%  Kind of rash: flat (judgement)",
        "red flag: Pallor and Fever: both at once",
        "first test: Blood count",
        "treatment: Rest. (guide-2020)",
        "caution (age): Not below one year.",
        "refer: No better in two days → Hospital",
        "source: A guideline",
    ):
        assert line in told.output


def test_show_as_json_is_the_entry(small: Small) -> None:
    told = run.invoke(
        app, ["knowledge", "show", "measles", "--folder", str(small.write()), "--json"]
    )
    assert json.loads(told.stdout)["findings"]["fever"] == {"frequency": 0.9, "source": "judgement"}


def test_show_of_what_is_not_there_names_what_is_near(small: Small) -> None:
    told = run.invoke(app, ["knowledge", "show", "meas", "--folder", str(small.write())])
    assert told.exit_code == 2
    assert "Near it: measles" in told.output
