"""Face verification as the model service answers it. Nothing here keeps or logs a picture."""

from models.identity.predictor import Face, IdentityPredictor
from serving.common import ModelRef
from serving.identity.schema import (
    FaceQuality,
    QualityAnswer,
    QualityRequest,
    VerifyAnswer,
    VerifyRequest,
)


def answer_verify(
    predictor: IdentityPredictor, request: VerifyRequest, model: ModelRef
) -> VerifyAnswer:
    """The probe against all enrolled captures of one person together."""
    probe = predictor.look(request.probe.content)
    enrolled = [predictor.look(image.content) for image in request.enrolled]
    found = predictor.verify(probe, enrolled)
    return VerifyAnswer.model_validate(
        {
            "model": model,
            "score": found.score,
            "decision": found.decision,
            "reason": found.reason,
            "probe_quality": _quality(probe),
            "enrolled_quality": [_quality(face) for face in enrolled],
        }
    )


def answer_quality(
    predictor: IdentityPredictor, request: QualityRequest, model: ModelRef
) -> QualityAnswer:
    """Quality alone, for the desk to say what to mend before a capture is kept."""
    return QualityAnswer(model=model, quality=_quality(predictor.look(request.image.content)))


def _quality(face: Face) -> FaceQuality:
    quality = face.quality
    return FaceQuality.model_validate(
        {"score": quality.score, "faces": quality.faces, "problems": list(quality.problems)}
    )
