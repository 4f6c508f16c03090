import random
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from records_api.core.context import Context
from tests.records_api.models import seeds
from tests.records_api.models.fake import FakeModels


def drawn(seed: int = 1, kind: str = "PNG", size: tuple[int, int] = (92, 112)) -> bytes:
    """A grey picture of noise."""
    made = Image.frombytes("L", size, random.Random(seed).randbytes(size[0] * size[1]))
    out = BytesIO()
    made.save(out, kind)
    return out.getvalue()


@pytest.fixture(scope="session")
def draw() -> Callable[..., bytes]:
    return drawn


@pytest.fixture
def models() -> FakeModels:
    return FakeModels()


@pytest.fixture
def clerk(ctx: Callable[..., Context]) -> Context:
    return ctx("clerk")


@pytest.fixture
def patient(clerk: Context) -> str:
    patient_id = seeds.add_patient(clerk.session)
    clerk.session.commit()
    return patient_id


@pytest.fixture
def headers(clerk: Context, as_actor: Callable[..., dict[str, str]]) -> dict[str, str]:
    return as_actor("clerk", id=clerk.actor.id)
