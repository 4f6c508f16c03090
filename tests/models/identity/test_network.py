"""The network, its loss, and what is exported of it."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from insightface.model_zoo import load_model_package

from models.identity.export import write_pack
from models.identity.network import ArcFace, FaceNetwork, NetworkConfig, Recogniser, gabor_filters
from models.identity.pack import Pack
from models.identity.picture import Pixels


def faces(count: int) -> list[Pixels]:
    rng = np.random.default_rng(count)
    return [rng.integers(0, 256, (112, 112, 3)).astype(np.uint8) for _ in range(count)]


def test_shapes_and_unit_length() -> None:
    recogniser = Recogniser(FaceNetwork(NetworkConfig(embedding=32))).eval()
    out = recogniser(torch.rand(3, 3, 112, 112) * 2 - 1)
    assert out.shape == (3, 32)
    assert torch.allclose(out.norm(dim=1), torch.ones(3), atol=1e-5)


def test_a_mirrored_face_has_the_same_template() -> None:
    recogniser = Recogniser(FaceNetwork()).eval()
    face = torch.rand(1, 3, 112, 112) * 2 - 1
    assert torch.allclose(recogniser(face), recogniser(face.flip(3)), atol=1e-5)


def test_gabor_filters_ignore_flat_light() -> None:
    filters = gabor_filters(8)
    assert filters.shape == (16, 1, 9, 9)
    assert filters.sum(dim=(2, 3)).abs().max() < 1e-6


def test_the_margin_makes_the_loss_harder_and_is_learned_from() -> None:
    torch.manual_seed(0)
    loss, embeddings = ArcFace(16, 4), torch.randn(8, 16, requires_grad=True)
    person = torch.arange(8) % 4
    assert loss(embeddings, person, 0.5) > loss(embeddings, person, 0.0)
    loss(embeddings, person, 0.5).backward()
    assert embeddings.grad is not None
    assert torch.isfinite(embeddings.grad).all()


@pytest.fixture(scope="module")
def network() -> FaceNetwork:
    torch.manual_seed(3)
    return FaceNetwork().eval()


def test_insightface_answers_as_the_network_does(network: FaceNetwork, tmp_path: Path) -> None:
    """The same faces through the exported pack, in one batch and one by one."""
    pack = Pack(tmp_path, write_pack(tmp_path, network))
    pictures = faces(3)
    batch = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1
    with torch.no_grad():
        expected = Recogniser(network).eval()(batch).numpy()
    assert np.allclose(pack.embed(pictures), expected, atol=1e-4)
    assert np.allclose(pack.embed(pictures[:1]), expected[:1], atol=1e-4)


def test_the_pack_is_insightfaces_format(network: FaceNetwork, tmp_path: Path) -> None:
    write_pack(tmp_path, network)
    package = load_model_package(tmp_path)
    assert package.manifest_version == 2
    assert package.license_path is not None
    assert package.license_path.is_file()
    package.verify_task("recognition")
    graph = onnx.load(tmp_path / "recognition.onnx").graph
    assert [len(graph.input), len(graph.output)] == [1, 1]
    first = [node.name for node in graph.node[:8]]
    assert not any(name.startswith(("Sub", "Mul", "_minus", "_mul")) for name in first)
