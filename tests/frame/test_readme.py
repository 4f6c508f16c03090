"""What README.md and CONTRIBUTING.md tell a reader to type exists, and nothing is left out."""

import importlib.util
import itertools
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "CONTRIBUTING.md")


def blocks(page: str, language: str) -> list[str]:
    """The lines of the page's fenced blocks in that language."""
    found = re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    return [line for block in found for line in block.splitlines() if line.strip()]


def makefile_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def cli() -> TyperGroup:
    from sehat.cli import app

    command = get_command(app)
    assert isinstance(command, TyperGroup)
    return command


@pytest.mark.parametrize("line", sorted({line for page in PAGES for line in blocks(page, "sh")}))
def test_every_command_shown_can_be_run(line: str) -> None:
    program, *arguments = shlex.split(line)
    if program == "make":
        target = arguments[0]
        assert target in makefile_targets()
        subprocess.run(["make", "--dry-run", *arguments], cwd=ROOT, check=True, capture_output=True)
    else:
        assert (ROOT / program).exists()
        for path in (argument for argument in arguments if argument.startswith("tests")):
            assert (ROOT / path).exists()


def synopses() -> list[str]:
    return [line for line in blocks("README.md", "text") if line.startswith("sehat ")]


def words(synopsis: str) -> tuple[list[str], list[str]]:
    """The options, and the words that are neither option nor an option's value."""
    options = re.findall(r"--[a-z-]+", synopsis)
    without_options = re.sub(r"\[?--[a-z-]+( [\w.|]+)?\]?", "", synopsis)
    return options, without_options.split()[1:]


def leaf(path: tuple[str, ...]) -> tuple[Any, list[str]]:
    """The command the words lead to, and those that are left as its arguments."""
    command: Any = cli()
    for index, word in enumerate(path):
        if not isinstance(command, TyperGroup):
            return command, list(path[index:])
        assert word in command.commands, f"there is no `sehat {' '.join(path[: index + 1])}`"
        command = command.commands[word]
    return command, []


@pytest.mark.parametrize("synopsis", synopses())
def test_every_synopsis_is_what_the_command_takes(synopsis: str) -> None:
    options, rest = words(synopsis)
    for path in itertools.product(*(word.split("|") for word in rest)):
        command, arguments = leaf(path)
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(options) <= known
        takes = [one for one in command.params if one.param_type_name == "argument"]
        assert len(arguments) <= len(takes)
        for argument, value in zip(takes, arguments, strict=False):
            if value.islower():  # a word to type as it stands, not the name of a value
                assert value in re.findall(r"\w+", argument.help)


def test_no_command_is_left_out() -> None:
    shown = {words(synopsis)[1][0] for synopsis in synopses()}
    assert shown == {name for name, command in cli().commands.items() if not command.hidden}


@pytest.mark.parametrize("page", [*PAGES, "CHANGELOG.md"])
def test_links_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / page).read_text()):
        assert (ROOT / target).exists(), target


def test_help_tells_of_every_target() -> None:
    told = subprocess.run(["make"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert set(re.findall(r"^  make ([a-z-]+) ", told, re.MULTILINE)) == makefile_targets()


def test_every_module_the_makefile_runs_exists() -> None:
    modules = re.findall(r"python -m ([a-z_.]+)", (ROOT / "Makefile").read_text())
    assert {module for module in modules if importlib.util.find_spec(module) is None} == set()


def test_ci_runs_the_readmes_test_command_and_nothing_else() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    commands = [line for line in lines if line and not line.startswith("#")]
    setting_up = ("set ", "cd ", "export CI=")
    assert [line for line in commands if not line.startswith(setting_up)] == ["make test"]
    assert "make test" in blocks("README.md", "sh")
