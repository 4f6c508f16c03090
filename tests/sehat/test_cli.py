"""Help with examples, exit codes a script can trust, errors of one line."""

import json
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sehat import cli
from sehat.commands import audit, data, drift, models, predict, service, train  # noqa: F401

COMMANDS = [
    ["up"], ["down"], ["status"], ["seed"], ["import"], ["features", "apply"],
    ["features", "refresh"], ["train"], ["models", "list"], ["models", "show"],
    ["models", "promote"], ["models", "rollback"], ["models", "challenge"], ["models", "shadow"],
    ["drift"], ["predict", "diagnosis"],
    ["predict", "demand"], ["predict", "identity"], ["audit", "verify"],
    ["knowledge", "lint"], ["knowledge", "show"], ["knowledge", "load"],
]  # fmt: skip


def called(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, list(words), env={"COLUMNS": "120", "NO_COLOR": "1"})
    return result.exit_code, result.output


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_shows_an_example(command: list[str]) -> None:
    code, text = called(*command, "--help")
    assert code == 0
    assert "Example" in text


def test_seed_then_refuse_to_seed_again() -> None:
    code, _ = called("seed", "--residents", "60", "--facilities", "11", "--days", "30")
    assert code == 0
    code, text = called("seed")
    assert code == 1
    assert "records already" in text


def test_an_unknown_kind_is_wrong_use(tmp_path: Path) -> None:
    code, text = called("import", "excel", str(tmp_path))
    assert code == 2
    assert "fhir" in text


def test_predict_without_a_model_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("a,b\n")
    code, text = called(
        "predict", "identity", "--pairs", str(tmp_path / "in.csv"), "--out", "x.csv"
    )
    assert code == 1
    assert "sehat train identity" in text


def test_demand_is_forecast_without_a_champion_too(tmp_path: Path) -> None:
    import pandas as pd

    days = pd.date_range("2024-01-01", periods=30, freq="MS")
    pd.DataFrame({"unique_id": "a", "ds": days, "y": range(30)}).to_csv(tmp_path / "in.csv")
    words = ["--in", str(tmp_path / "in.csv"), "--freq", "M", "--horizon", "2"]
    code, _ = called("predict", "demand", *words, "--out", str(tmp_path / "out.parquet"))
    assert code == 0
    made = pd.read_parquet(tmp_path / "out.parquet")
    assert made["ds"].dt.strftime("%Y-%m-%d").tolist() == ["2026-07-01", "2026-08-01"]
    code, text = called("predict", "demand", *words, "--out", "x.parquet", "--version", "9")
    assert code == 1
    assert "version 9" in text


def test_up_names_a_port_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    from records_api.core.settings import settings

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        monkeypatch.setenv("SEHAT_PORT", str(port))
        settings.cache_clear()
        code, text = called("up")
    assert code == 1
    assert f"port {port} is taken" in text


def test_audit_verify_finds_a_changed_row(records) -> None:  # type: ignore[no-untyped-def]
    from sqlalchemy import text

    called("seed", "--residents", "60", "--facilities", "11", "--days", "30")
    code, output = called("audit", "verify", "--json")
    assert code == 0
    assert json.loads(output)["faults"] == []
    with records.engine.begin() as connection:
        connection.execute(
            text(
                "DROP TRIGGER audit_log_no_update"
                if records.engine.dialect.name == "sqlite"
                else "ALTER TABLE audit_log DISABLE TRIGGER ALL"
            )
        )
        connection.execute(text("UPDATE audit_log SET actor_id = 'nobody' WHERE seq = 3"))
    code, output = called("audit", "verify", "--json")
    assert code == 1
    assert json.loads(output)["faults"][0] == "row 3 was changed"
