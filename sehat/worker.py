"""The worker: keeps the feature store in step with the outbox and what challengers answered, looks for
drift and retrains at night."""

import logging
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

from apscheduler.schedulers.blocking import BlockingScheduler

log = logging.getLogger("sehat.worker")

COURTESY = 10  # niceness: a doctor who waits for an answer goes before features, drift and training
REFRESH_SECONDS = 30
SHADOW_SECONDS = 30


def refresh() -> None:
    """Take what the outbox holds into the feature store."""
    import pyarrow

    from features import store

    counts = store.refresh(lambda *_: None)
    pyarrow.default_memory_pool().release_unused()  # else it keeps the 150 MB of its busiest moment
    if any(counts.values()):
        log.info("features: %s", counts)


def collect() -> None:
    """Keep what a challenger answered behind the champion."""
    from records_api.core.models import ModelService
    from sehat import drift
    from sehat.state import database

    models = ModelService()
    try:
        new = drift.collect(database(), models)
    finally:
        models.close()
    if new:
        log.info("shadow: %d answers", new)


def look_for_drift() -> None:
    """Before the night's training, which would take what moved for usual."""
    command = [sys.executable, "-m", "sehat", "drift", "diagnosis", "--keep", "--json"]
    done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    level = {0: logging.INFO, 3: logging.WARNING}.get(done.returncode, logging.ERROR)
    log.log(level, "drift: ended with %d", done.returncode)


def retrain() -> None:
    """Train all models in a process of its own: their memory goes back when it ends."""
    done = subprocess.run([sys.executable, "-m", "sehat", "train", "all"], check=False)
    log.info("training ended with %d", done.returncode)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    os.nice(COURTESY)
    scheduler = BlockingScheduler(
        timezone="Asia/Kolkata", job_defaults={"coalesce": True, "max_instances": 1}
    )
    scheduler.add_job(
        refresh,
        "interval",
        seconds=REFRESH_SECONDS,
        next_run_time=datetime.now(UTC),  # records may have changed while it did not run
        misfire_grace_time=None,
    )
    scheduler.add_job(collect, "interval", seconds=SHADOW_SECONDS, misfire_grace_time=None)
    scheduler.add_job(look_for_drift, "cron", hour=2, minute=0, misfire_grace_time=3600)
    scheduler.add_job(retrain, "cron", hour=2, minute=30, misfire_grace_time=3600)

    def stop(*_: Any) -> None:
        scheduler.shutdown(wait=False)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    scheduler.start()


if __name__ == "__main__":
    main()
