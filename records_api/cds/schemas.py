"""The messages of CDS Hooks 2.0. Names are the standard's; fields it may add later are ignored."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

Hook = Literal["patient-view", "encounter-start"]
Indicator = Literal["info", "warning", "critical"]
# FHIR R4 `id`: https://hl7.org/fhir/R4/datatypes.html#id
FhirId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.\-]{1,64}$")]
UserId = Annotated[
    str,
    StringConstraints(
        pattern=r"^(Practitioner|PractitionerRole|Patient|RelatedPerson)/[A-Za-z0-9.\-]{1,64}$"
    ),
]
# No zero character: PostgreSQL keeps none.
_Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]


class _Message(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class HookContext(_Message):
    """Who looks at whom. `encounter_id` is due for encounter-start."""

    user_id: UserId = Field(description="who works there, for the audit; the token says who acts")
    patient_id: FhirId
    encounter_id: FhirId | None = None


class HookRequest(_Message):
    """A call of a service. `fhirAuthorization`, if sent, is never read or kept."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "hook": "patient-view",
                    "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
                    "context": {
                        "userId": "Practitioner/example",
                        "patientId": "0190a3c4-5b7e-7c1a-9a53-2f7c6a1f4b11",
                    },
                    "prefetch": {
                        "observations": {
                            "resourceType": "Bundle",
                            "type": "searchset",
                            "entry": [
                                {
                                    "resource": {
                                        "resourceType": "Observation",
                                        "status": "final",
                                        "code": {"coding": [{"code": "E_91"}]},
                                        "valueBoolean": True,
                                    }
                                }
                            ],
                        }
                    },
                }
            ]
        },
    )

    hook: Hook
    hook_instance: UUID
    context: HookContext
    prefetch: dict[str, dict[str, Any] | None] | None = Field(
        default=None, description="FHIR R4 resources by the keys of the service's templates"
    )


class Coding(_Message):
    code: Annotated[_Text, StringConstraints(min_length=1, max_length=100)]
    system: Annotated[_Text, StringConstraints(max_length=300)] | None = None
    display: Annotated[_Text, StringConstraints(max_length=500)] | None = None


class Source(_Message):
    label: str
    url: str
    topic: Coding


class Link(_Message):
    label: str
    url: str
    type: Literal["absolute"] = "absolute"


class Card(_Message):
    """`uuid` is the advice that was kept; a card that only informs has none and takes no feedback."""

    uuid: str | None = None
    summary: str = Field(max_length=139)
    indicator: Indicator
    detail: str = Field(description="GitHub flavoured Markdown")
    source: Source
    override_reasons: list[Coding] | None = None
    links: list[Link]


class Cards(_Message):
    """No card: nothing is known that a model could be asked about."""

    cards: list[Card]


class Service(_Message):
    hook: Hook
    id: str
    title: str
    description: str
    prefetch: dict[str, str]
    usage_requirements: str


class Services(_Message):
    services: list[Service]


class OverrideReason(_Message):
    reason: Coding | None = None
    user_comment: Annotated[_Text, StringConstraints(max_length=5000)] | None = None


class CardFeedback(_Message):
    card: UUID
    outcome: Literal["accepted", "overridden"]
    override_reason: OverrideReason | None = None
    outcome_timestamp: AwareDatetime


class Feedback(_Message):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "feedback": [
                        {
                            "card": "0190a3c4-5b7e-7c1a-9a53-2f7c6a1f4b11",
                            "outcome": "overridden",
                            "overrideReason": {
                                "reason": {
                                    "code": "other-diagnosis",
                                    "system": "urn:sehat:cds:override-reason",
                                },
                                "userComment": "The rash is typical of measles",
                            },
                            "outcomeTimestamp": "2026-11-02T09:30:00+05:30",
                        }
                    ]
                }
            ]
        },
    )

    feedback: list[CardFeedback] = Field(min_length=1, max_length=200)
