"""From the registry and the feature store to a drift report, and from the model service its shadows."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from records_api.advice import service as advices
from records_api.core.context import SYSTEM, Context
from records_api.core.db import Database
from records_api.core.errors import ModelUnavailable
from records_api.core.models import ModelService
from records_api.drift import service
from records_api.drift.schemas import Report
from records_api.facilities.tables import Facility
from serving.diagnosis.schema import ShadowQuery

DAYS = 28  # as of local disease activity: four weekends, and short enough to follow a season


class DriftError(ValueError):
    """There is nothing to compare with; the message says what to do."""


def measured(since: datetime | None = None, until: datetime | None = None) -> Report:
    """The differential in use against what its champion learned from. Raises DriftError, or
    FileNotFoundError without features."""
    from features import store
    from training import registry
    from training.drift.profile import Profile
    from training.drift.report import build

    until = until or datetime.now(UTC)
    since = since or until - timedelta(days=DAYS)
    if since >= until:
        raise DriftError("the window must begin before now")
    champion = registry.champion("diagnosis")
    if champion is None:
        raise DriftError("diagnosis has no champion yet: run `sehat train diagnosis`")
    kept = registry.profile(champion)
    if kept is None:
        raise DriftError(
            f"diagnosis {champion.version} was trained before populations were kept: "
            "run `sehat train diagnosis`"
        )
    answers = store.answers(since, until)
    found = build(Profile.from_json(kept), answers, champion.version, since, until)
    return Report.model_validate(asdict(found))


def facility_names(database: Database, ids: list[str]) -> dict[str, str]:
    """Facilities by id, as a person calls them."""
    with database.reading() as session:
        found = session.scalars(select(Facility).where(Facility.id.in_(ids[:500])))
        return {row.id: row.name for row in found}


def keep(database: Database, report: Report) -> None:
    with database.transaction() as session:
        service.keep(Context(session, SYSTEM), report)


def keep_failure(database: Database, problem: str) -> None:
    with database.transaction() as session:
        service.keep_failure(Context(session, SYSTEM), "diagnosis", None, problem)


def collect(database: Database, models: ModelService) -> int:
    """Keep what challengers answered since the last time; how many were new. When the model service
    does not answer, they wait there."""
    query, new = ShadowQuery(), 0
    while True:
        try:
            batch = models.shadow(query)
        except ModelUnavailable:
            return new
        if not batch.answers:
            return new
        with database.transaction() as session:
            new += advices.keep_shadows(Context(session, SYSTEM), batch.answers)
        # What is said to be kept is forgotten there: only now.
        query = ShadowQuery(run=batch.run, after=batch.answers[-1].number)
