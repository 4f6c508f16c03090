"""Whether the service answers and reaches its records. For supervisors and load balancers."""

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import text

from records_api.core.auth import Anyone
from records_api.core.edge import UnitOfWork
from records_api.core.models import Models

router = APIRouter(prefix="/api", tags=["service"], route_class=UnitOfWork)


class Health(BaseModel):
    records: bool
    models: dict[str, str] = Field(description="version that answers, by capability")
    missing: list[str]


@router.get("/health")
def health(ctx: Anyone, models: Models) -> Health:
    """The records answer; and which models do. Without models the desks use their fallbacks."""
    ctx.session.execute(text("SELECT 1"))
    ctx.session.commit()  # nothing is held while the model service is asked
    status = models.ready()
    live = {name: str(ref.get("version", "")) for name, ref in status.get("models", {}).items()}
    return Health(
        records=True,
        models=live,
        missing=[name for name in ("diagnosis", "demand", "identity") if name not in live],
    )
