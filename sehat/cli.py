"""`sehat`: the command line. What a command needs is imported when it runs, so that help is quick."""

import atexit
import os
import sys
import traceback

import typer
from rich.markup import escape

from sehat.commands import audit, data, drift, knowledge, models, predict, service, train
from sehat.console import EXIT_CODES, FAILED, OK, USAGE, err

# Everything that phones home is off, whatever a command goes on to import.
os.environ.update(
    DO_NOT_TRACK="true",
    BENTOML_DO_NOT_TRACK="True",
    MLFLOW_DISABLE_TELEMETRY="true",
    FEAST_USAGE="False",
    HF_HUB_OFFLINE="1",
    NO_ALBUMENTATIONS_UPDATE="1",
)

app = typer.Typer(
    name="sehat",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help=f"Sehat, the health information and decision support suite of a city.\n\n{EXIT_CODES}",
)
service.add_to(app)
data.add_to(app)
train.add_to(app)
drift.add_to(app)
app.add_typer(models.app, name="models")
app.add_typer(predict.app, name="predict")
app.add_typer(audit.app, name="audit")
app.add_typer(knowledge.app, name="knowledge")


def _run() -> int:
    try:
        app()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else FAILED
    except KeyboardInterrupt:
        err.print("\n[bold]sehat:[/] interrupted; run it again to go on where it stopped")
        return FAILED
    except Exception as error:
        return _told(error)
    return OK


def _told(error: Exception) -> int:
    """Say an error that a person can mend in one line, any other in full; the exit code."""
    from sqlalchemy.exc import InterfaceError, OperationalError

    from records_api.core.edge import storage_fault
    from records_api.core.errors import SehatError
    from records_api.core.migrate import WrongDatabase

    code = USAGE
    if isinstance(error, OperationalError | InterfaceError):
        fault, code = storage_fault(error), FAILED
        what = f"{fault.title}. {fault} What was written before is safe: run it again to go on."
    elif isinstance(error, SehatError | WrongDatabase | ValueError):
        what = str(error)
    elif isinstance(error, OSError):
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        if not isinstance(error, FileNotFoundError | IsADirectoryError | PermissionError):
            code = FAILED
    else:
        traceback.print_exception(error)  # a fault of ours: the whole story, for whoever mends it
        return FAILED
    err.print("[bold red]sehat:[/] " + escape(what), highlight=False, soft_wrap=True)
    return code


def main() -> None:
    code = _run()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    # The interpreter is not taken down piece by piece: DuckDB's bindings print pages of warnings
    # when it is, and nothing is left to do.
    os._exit(code)


if __name__ == "__main__":
    main()
