"""A model service that answers what a test told it to, or does not answer."""

from typing import Any

from records_api.core.errors import ModelUnavailable
from serving.common import ModelRef
from serving.demand.schema import DemandAnswer, DemandRequest
from serving.diagnosis.schema import (
    DiagnosisAnswer,
    DiagnosisRequest,
    Evidence,
    NextQuestion,
    NextQuestionAnswer,
    RankedCondition,
)
from serving.handwriting.schema import HandwritingAnswer, HandwritingRequest, ReadWord
from serving.identity.schema import (
    FaceQuality,
    QualityAnswer,
    QualityRequest,
    VerifyAnswer,
    VerifyRequest,
)
from serving.notes.schema import Dose, Mention, NotesAnswer, NotesRequest
from serving.speech.schema import SpeechAnswer


class FakeModels:
    """Set `down` for a service that is killed; read `asked` for what was sent to it."""

    def __init__(self) -> None:
        self.down = False
        self.asked: list[Any] = []
        self.during: Any = None  # called while a model "thinks"
        self.ranked = [("flu", 0.7), ("cold", 0.3)]
        self.by_catalogue: set[str] = set()
        self.abstained = False
        self.considered: list[str] | None = None
        self.urgent = False
        self.specialty: str | None = "general_medicine"
        self.score: float | None = 4.2
        self.decision = "match"
        self.problems: list[Any] = []
        self.circumstances: list[str] = []  # evidence beside the findings
        self.said = "bukhar 3 din se, no rash"
        self.questions = [
            NextQuestion(question="cough", kind="yes_no", findings=["cough"], gain=0.5),
            NextQuestion(question="rash", kind="yes_no", findings=["rash"], gain=0.1),
        ]

        self.dose: Dose | None = None  # of every drug
        self.handwritten = "bukhar 3 din se"
        # what is read from notes: word, code, kind, assertion, experiencer
        self.words: list[tuple[str, str, Any, Any, Any]] = [
            ("bukhar", "fever", "finding", "affirmed", "patient"),
            ("rash", "rash", "finding", "negated", "patient"),
            ("flu", "flu", "condition", "possible", "patient"),
            ("pcm", "paracetamol", "drug", "affirmed", "patient"),
        ]

    def _hear(self, request: Any, name: str) -> ModelRef:
        if self.during is not None:
            self.during()
        if self.down:
            raise ModelUnavailable("The {capability} model does not answer.", capability=name)
        self.asked.append(request)
        return ModelRef(name=name, version="7", trained_on="feed")

    def diagnosis(self, request: DiagnosisRequest) -> DiagnosisAnswer:
        model = self._hear(request, "diagnosis")
        codes = [*request.present, *self.circumstances]
        evidence = [Evidence(finding=code, present=True, weight=1.0) for code in codes]
        return DiagnosisAnswer(
            model=model,
            ranked=[
                RankedCondition(
                    condition=code,
                    probability=p,
                    evidence_for=evidence,
                    by_catalogue=code in self.by_catalogue,
                )
                for code, p in self.ranked[: request.limit]
            ],
            prediction_set=[code for code, _ in self.ranked],
            abstained=self.abstained,
            reason="too little is known" if self.abstained else None,
            urgent=self.urgent,
            specialty=self.specialty,
            considered=self.considered,
        )

    def next_question(self, request: DiagnosisRequest) -> NextQuestionAnswer:
        model = self._hear(request, "diagnosis")
        return NextQuestionAnswer(model=model, questions=self.questions[: request.limit])

    def demand(self, request: DemandRequest) -> DemandAnswer:
        return DemandAnswer(model=self._hear(request, "demand"), freq=request.freq, forecasts=[])

    def _quality(self) -> FaceQuality:
        return FaceQuality(score=0.2 if self.problems else 0.9, faces=1, problems=self.problems)

    def quality(self, request: QualityRequest) -> QualityAnswer:
        return QualityAnswer(model=self._hear(request, "identity"), quality=self._quality())

    def verify(self, request: VerifyRequest) -> VerifyAnswer:
        return VerifyAnswer(
            model=self._hear(request, "identity"),
            score=self.score,
            decision=self.decision,
            probe_quality=self._quality(),
            enrolled_quality=[self._quality() for _ in request.enrolled],
        )

    def notes(self, request: NotesRequest) -> NotesAnswer:
        model = self._hear(request, "notes")
        mentions = [
            Mention(
                code=code,
                kind=kind,
                name=code,
                start=request.text.index(word),
                end=request.text.index(word) + len(word),
                text=word,
                assertion=assertion,
                experiencer=experiencer,
                score=1.0,
                dose=self.dose if kind == "drug" else None,
            )
            for word, code, kind, assertion, experiencer in self.words
            if word in request.text
        ]
        return NotesAnswer(model=model, mentions=mentions)

    def handwriting(self, request: HandwritingRequest) -> HandwritingAnswer:
        model = self._hear(request, "handwriting")
        box = (0.0, 0.0, request.width, request.height)
        words = [
            ReadWord(text=word, score=0.9, box=box, line=0) for word in self.handwritten.split()
        ]
        return HandwritingAnswer(model=model, text=self.handwritten, words=words)

    def speech(self, recording: bytes) -> SpeechAnswer:
        model = self._hear(recording, "speech")
        return SpeechAnswer(model=model, text=self.said, problem=None if self.said else "too_quiet")

    def ready(self) -> dict[str, Any]:
        return {"ready": not self.down}
