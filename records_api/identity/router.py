from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from pydantic import AwareDatetime

from records_api.core.models import Models
from records_api.identity import service
from records_api.identity.permissions import Desk, DeskOrResident
from records_api.identity.schemas import (
    CaptureOut,
    DecisionIn,
    EnrolIn,
    Verification,
    VerifyIn,
    Withdrawn,
)
from records_api.identity.uploads import Picture, UploadUnitOfWork

router = APIRouter(prefix="/api", tags=["identity"], route_class=UploadUnitOfWork)
_Device = Annotated[str | None, Form(max_length=100, examples=["webcam, counter 2"])]
_Facility = Annotated[str | None, Form(max_length=36)]


def _enrolment(
    consent: Annotated[bool, Form(description="the resident agrees", examples=[True])],
    consented_at: Annotated[AwareDatetime | None, Form()] = None,
    device: _Device = None,
    facility_id: _Facility = None,
) -> EnrolIn:
    return EnrolIn(
        consent=consent, consented_at=consented_at, device=device, facility_id=facility_id
    )


def _check(
    keep_picture: Annotated[
        bool, Form(description="the resident wants it kept", examples=[False])
    ] = False,
    device: _Device = None,
    facility_id: _Facility = None,
) -> VerifyIn:
    return VerifyIn(keep_picture=keep_picture, device=device, facility_id=facility_id)


@router.post("/patients/{patient_id}/captures", status_code=201)
def enrol(
    ctx: Desk,
    models: Models,
    patient_id: str,
    data: Annotated[EnrolIn, Depends(_enrolment)],
    picture: Picture,
) -> CaptureOut:
    """Enrol a face, by consent."""
    return service.enrol(ctx, models, patient_id, data, picture)


@router.get("/patients/{patient_id}/captures")
def captures(ctx: DeskOrResident, patient_id: str) -> list[CaptureOut]:
    """All face captures of a person, without pictures, newest first."""
    return service.captures(ctx, patient_id)


@router.post("/patients/{patient_id}/captures/withdraw")
def withdraw(ctx: DeskOrResident, patient_id: str) -> Withdrawn:
    """Withdraw consent: every picture of the person is deleted at once."""
    return Withdrawn(deleted=service.withdraw(ctx, patient_id))


@router.post("/patients/{patient_id}/verifications", status_code=201)
def verify(
    ctx: Desk,
    models: Models,
    patient_id: str,
    data: Annotated[VerifyIn, Depends(_check)],
    picture: Picture,
) -> Verification:
    """Compare who stands at the desk with the enrolled pictures. The clerk decides."""
    return service.verify(ctx, models, patient_id, data, picture)


@router.post("/verifications/{capture_id}/decision")
def decide(ctx: Desk, capture_id: str, data: DecisionIn) -> CaptureOut:
    """Decide on a check; who decides otherwise than suggested says why."""
    return service.decide(ctx, capture_id, data)


@router.get(
    "/captures/{capture_id}/picture",
    response_class=Response,
    responses={200: {"content": {"image/*": {}}}},
)
def picture(ctx: DeskOrResident, capture_id: str) -> Response:
    """A kept picture, to compare with one's own eyes."""
    content, media_type = service.picture(ctx, capture_id)
    return Response(content, media_type=media_type, headers={"Cache-Control": "no-store"})
