"""`sehat`: the command line. What a command needs is imported when it runs, so that help is quick."""

import atexit
import os
import sys
import traceback

import typer

from sehat.commands import audit, data, models, predict, service, train
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
app.add_typer(models.app, name="models")
app.add_typer(predict.app, name="predict")
app.add_typer(audit.app, name="audit")


def _run() -> int:
    """Run a command; an error that a person can mend is one line, not a traceback."""
    from records_api.core.errors import SehatError
    from records_api.core.migrate import WrongDatabase

    try:
        app()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else FAILED
    except (SehatError, WrongDatabase, ValueError) as error:
        err.print(f"[bold red]sehat:[/] {error}", highlight=False, soft_wrap=True)
        return USAGE
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        err.print(f"[bold red]sehat:[/] {what}", highlight=False, soft_wrap=True)
        return USAGE
    except KeyboardInterrupt:
        err.print("\n[bold]sehat:[/] interrupted; run it again to go on where it stopped")
        return FAILED
    except Exception:
        # A fault of ours: the whole story, for whoever mends it.
        traceback.print_exc()
        return FAILED
    return OK


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
