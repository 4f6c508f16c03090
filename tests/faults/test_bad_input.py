"""Files that are cut off, in another encoding, or not what they say; an import that is killed.

Each gives one clear message or a rejected row, and nothing is lost or half-written.
"""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import create_engine, text

HEADER = (
    "year,month,district,site_code,product_code,stock_initial,stock_received,"
    "stock_distributed,stock_adjustment,stock_end"
)


def sehat(home: Path, *words: str, database_url: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sehat", *words],
        env={**os.environ, "SEHAT_HOME": str(home), "SEHAT_DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_truncated_parquet_file_is_named(tmp_path: Path) -> None:
    for name in ("release_conditions.json", "release_evidences.json"):
        (tmp_path / name).write_text("{}")
    whole = tmp_path / "patients.parquet"
    pd.DataFrame({"age": range(1000)}).to_parquet(whole)
    whole.write_bytes(whole.read_bytes()[:-200])
    done = sehat(tmp_path / "home", "import", "ddxplus", str(whole))
    assert done.returncode == 2
    assert "patients.parquet" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_table_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(f"{HEADER}\n2017,1,Séguéla,S1,P1,1,0,1,0,0\n".encode("latin-1"))
    done = sehat(tmp_path / "home", "import", "lmis", str(path))
    assert done.returncode == 2
    assert "ledger.csv" in done.stderr
    assert "UTF-8" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("content", [b"GIF89a", b"", b"\x89PNG\r\n\x1a\n" + b"\0" * 50])
def test_a_picture_that_is_none_is_rejected(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "faces" / "s1").mkdir(parents=True)
    (tmp_path / "faces" / "s1" / "1.png").write_bytes(content)
    done = sehat(tmp_path / "home", "import", "faces", str(tmp_path / "faces"), "--json")
    assert done.returncode == 1  # nothing of it could be taken
    assert '"rejected": 1' in done.stdout


def test_a_picture_of_sixty_megapixels_is_rejected(tmp_path: Path) -> None:
    from PIL import Image

    (tmp_path / "faces" / "s1").mkdir(parents=True)
    Image.new("L", (10_000, 6_000)).save(tmp_path / "faces" / "s1" / "1.png")
    done = sehat(tmp_path / "home", "import", "faces", str(tmp_path / "faces"), "--json")
    assert '"rejected": 1' in done.stdout
    assert "Traceback" not in done.stderr


def test_a_killed_import_goes_on_where_it_stopped(tmp_path: Path, database_url: str) -> None:
    path = tmp_path / "ledger.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER.split(","))
        for month in range(40):
            for site in range(500):
                row = (2000 + month // 12, month % 12 + 1, "D", f"S{site}", "P1", 5, 10, 10, 0, 5)
                writer.writerow(row)
    env = {**os.environ, "SEHAT_HOME": str(tmp_path / "home"), "SEHAT_DATABASE_URL": database_url}
    process = subprocess.Popen(
        [sys.executable, "-m", "sehat", "import", "lmis", str(path)],
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = database_url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(address)

    def taken() -> int:
        with engine.connect() as connection:
            return int(connection.scalar(text("SELECT count(*) FROM imported_rows")) or 0)

    until = time.monotonic() + 60
    while not taken():
        assert time.monotonic() < until
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = taken()
    assert 0 < before < 20_000, "the import was over before it could be killed"
    done = sehat(
        tmp_path / "home", "import", "lmis", str(path), "--json", database_url=database_url
    )
    assert f'"unchanged": {before}' in done.stdout
    assert f'"accepted": {20_000 - before}' in done.stdout
    with engine.connect() as connection:
        months = connection.scalar(text("SELECT count(*) FROM dispenses"))
    assert months == 20_000  # each month once
    engine.dispose()


def test_a_disk_that_is_full_ends_an_import_and_costs_no_row(
    tmp_path: Path, database_url: str
) -> None:
    if not database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL's disk is not ours to fill")
    path = tmp_path / "ledger.csv"
    lines = [f"2017,1,D,S{n},P1,5,10,10,0,5" for n in range(9000)]
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    home = tmp_path / "home"
    # No file of this process grows beyond 12 MB, as if no room were left for it.
    command = f'ulimit -f 12288; exec "{sys.executable}" -m sehat import lmis "{path}" --json'
    done = subprocess.run(
        ["bash", "-c", command],
        env={**os.environ, "SEHAT_HOME": str(home), "SEHAT_DATABASE_URL": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1
    assert "run it again to go on" in done.stderr
    assert "Traceback" not in done.stderr
    again = json.loads(sehat(home, "import", "lmis", str(path), "--json").stdout)
    assert (again["read"], again["rejected"]) == (9000, 0)
    assert again["unchanged"] > 0
