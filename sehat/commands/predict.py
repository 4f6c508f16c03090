"""`sehat predict`: answers for a file, from the champion or a version that is named."""

from pathlib import Path
from typing import Annotated, Any

import typer

from sehat.console import err, fail

app = typer.Typer(no_args_is_help=True, help="Answer for a whole file with the champion model.")

Version = Annotated[str | None, typer.Option(help="Version of the model; the champion by default.")]
In = Annotated[Path, typer.Option("--in", exists=True, dir_okay=False, help="Input file.")]
Out = Annotated[Path, typer.Option("--out", dir_okay=False, help="Output file.")]


def _predictor(capability: str, version: str | None, needed: bool = True) -> Any:
    from serving.champion import load

    champion = load(capability, version)
    if champion is None and not needed and version is None:
        err.print(f"{capability}: no champion yet, so the input alone is learned from", style="dim")
        return None
    if champion is None:
        wanted = f"version {version}" if version else "champion"
        fail(f"there is no {capability} {wanted} yet; run: sehat train {capability}")
    err.print(f"{capability}: version {champion.ref.version}", style="dim")
    return champion.predictor


@app.command("diagnosis")
def diagnosis(
    source: In,
    out: Out,
    version: Version = None,
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask instead of reading all findings.")
    ] = False,
    stop: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="With --ask: stop when the first condition is so probable."
        ),
    ] = None,
    max_questions: Annotated[
        int | None,
        typer.Option(min=0, max=1000, help="With --ask: at most so many; 20 by default."),
    ] = None,
) -> None:
    """Rank conditions for each patient.

    In: `id`, `age`, `sex` (F|M), `findings` (list of finding ids such as `E_91` or
    `E_54_@_V_180`). Out: `id`, `ranked` (list of {condition, icd10, probability}, best first),
    `prediction_set`, `abstained`, `urgent`.

    With `--ask` the model begins with age, sex and the column `initial` (one finding id) and sees
    only the answers to what it asks; a finding that is not listed is absent. Out: `id`, `asked`
    (questions in order), `top1_after` (the first condition after each), `ranked`.

    Example: `sehat predict diagnosis --in patients.parquet --out ranked.parquet`

    Example: `sehat predict diagnosis --ask --in patients.parquet --out asked.parquet --stop 0.99`
    """
    from sehat import predict_asked, predict_diagnosis

    if not ask and (stop is not None or max_questions is not None):
        fail("--stop and --max-questions go with --ask", 2)
    predictor = _predictor("diagnosis", version)
    if ask:
        most = predict_asked.MOST if max_questions is None else max_questions
        predict_asked.predict_file(predictor, source, out, stop, most)
    else:
        predict_diagnosis.predict_file(predictor, source, out)


@app.command("demand")
def demand(
    source: In,
    out: Out,
    freq: Annotated[str, typer.Option(help="Period of the series: D, W or M.")],
    horizon: Annotated[int, typer.Option(min=1, max=730, help="Periods ahead.")],
    version: Version = None,
) -> None:
    """Forecast each series.

    In: `unique_id`, `ds`, `y` and optional static columns. Out: `unique_id`, `ds`, `mean`,
    `q2.5`, `q10`, `q20` … `q90`, `q97.5`.

    Without a champion the forecast is fitted on the series given alone.

    Example: `sehat predict demand --in series.csv --freq M --horizon 3 --out forecast.parquet`
    """
    from sehat.predict_demand import predict_file

    if freq not in ("D", "W", "M"):
        fail(f"--freq: {freq} is not D, W or M", 2)
    predict_file(_predictor("demand", version, needed=False), source, freq, horizon, out)


@app.command("identity")
def identity(
    pairs: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="CSV with columns a, b.")
    ],
    out: Out,
    version: Version = None,
) -> None:
    """Compare the faces of each pair of pictures.

    In: `a`, `b` (image paths). Out: `a`, `b`, `score`, `decision` (match|no_match|refer),
    `quality_a`, `quality_b`, `reason`.

    Example: `sehat predict identity --pairs pairs.csv --out scores.csv`
    """
    from sehat.predict_identity import predict_file

    predict_file(_predictor("identity", version), pairs, out)


@app.command("notes")
def notes(source: In, out: Out) -> None:
    """Say of each concept in a sentence whether it is affirmed, and of whom.

    In: JSON lines with `sentence`, `concept`; other fields are kept. Out: the same lines with
    `assertion` (affirmed|negated|possible|historical) and `experiencer` (patient|other).

    Rules decide, so no champion is needed.

    Example: `sehat predict notes --in sentences.jsonl --out asserted.jsonl`
    """
    from sehat.predict_notes import predict_file

    predict_file(source, out)
