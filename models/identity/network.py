"""The embedding network and its loss.

Small on purpose: it is trained on tens of people, on a processor. The first layers are fixed Gabor
filters, which give edges and their directions without learning; only what follows is learned.
"""

import math
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  the field's name for it

from models.identity.pack import SIDE

LEVELS = 3  # octaves of the Gabor pyramid


@dataclass(frozen=True)
class NetworkConfig:
    """Sizes of the network. `side` is what it sees after halving an aligned face of 112 pixels."""

    side: int = SIDE // 2
    orientations: int = 8
    channels: int = 32
    embedding: int = 128
    dropout: float = 0.5
    neighbourhood: int = 17  # pixels over which brightness and contrast are evened out


class GaborStem(nn.Module):
    """Magnitudes of Gabor filters at three octaves, on a picture evened out in light.

    Gabor features for faces: Liu & Wechsler, "Gabor feature based classification using the enhanced
    Fisher linear discriminant model", IEEE TIP 11(4), 2002. Local normalisation makes a change of
    brightness or a shadow across the face matter little.
    """

    filters: Tensor

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("filters", gabor_filters(config.orientations))

    def forward(self, grey: Tensor) -> Tensor:
        # grey                                                   (batch, 1, side, side), 0..1
        centred = grey - self._local_mean(grey)
        power = self._local_mean(centred * centred)
        level = centred / (power + 4e-4).sqrt()  # (batch, 1, side, side), unit contrast
        maps = []
        half = self.config.orientations
        for octave in range(LEVELS):
            waves = F.conv2d(F.pad(level, [4] * 4, mode="replicate"), self.filters)
            # even and odd filters                               (batch, 2 * orientations, s, s)
            magnitude = (waves[:, :half].square() + waves[:, half:].square() + 1e-6).sqrt()
            shrink = 2 ** (LEVELS - 1 - octave)
            maps.append(F.avg_pool2d(magnitude, shrink))  # (batch, orientations, side/4, side/4)
            level = F.avg_pool2d(level, 2)
        return torch.cat(maps, 1).sqrt()  # (batch, 3 * orientations, side/4, side/4)

    def _local_mean(self, values: Tensor) -> Tensor:
        """Mean over the neighbourhood, by rows and then by columns: much cheaper than at once."""
        size = self.config.neighbourhood
        padded = F.pad(values, [size // 2] * 4, mode="replicate")
        return F.avg_pool2d(F.avg_pool2d(padded, (size, 1), 1), (1, size), 1)


class FaceNetwork(nn.Module):
    """Grey aligned faces to embeddings; the direction of an embedding is the face's template."""

    def __init__(self, config: NetworkConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or NetworkConfig()
        maps, cells = LEVELS * config.orientations, (config.side // 8) ** 2
        self.stem = GaborStem(config)
        self.stem_norm = nn.BatchNorm2d(maps)
        self.mix = nn.Conv2d(maps, config.channels, 3, padding=1)
        self.mix_norm = nn.BatchNorm2d(config.channels)
        self.bend = nn.PReLU(config.channels)
        self.dropout = nn.Dropout(config.dropout)
        self.project = nn.Linear((maps + config.channels) * cells, config.embedding)
        self.embedding_norm = nn.BatchNorm1d(config.embedding)

    def forward(self, grey: Tensor) -> Tensor:
        # grey                                                   (batch, 1, 56, 56)
        edges = self.stem_norm(self.stem(grey))  # (batch, 24, 14, 14)
        mixed = self.bend(self.mix_norm(self.mix(edges)))  # (batch, 32, 14, 14)
        cells = F.avg_pool2d(torch.cat([mixed, edges], 1), 2)  # (batch, 56, 7, 7)
        flat = self.dropout(cells.flatten(1))  # (batch, 2744)
        return cast(Tensor, self.embedding_norm(self.project(flat)))  # (batch, 128)


class Recogniser(nn.Module):
    """The network in insightface's contract for recognisers: RGB in −1..1, one unit vector out.

    A face and its mirror image are embedded and averaged, so that turning left or right costs less.
    """

    def __init__(self, network: FaceNetwork) -> None:
        super().__init__()
        self.network = network
        # The weights of luma (ITU-R BT.601), as a convolution: insightface guesses a recogniser's
        # normalisation from Sub and Mul nodes near the input, so there must be none.
        self.luma = nn.Conv2d(3, 1, 1)
        with torch.no_grad():
            self.luma.weight.copy_(torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1) / 2)
            self.luma.bias.copy_(torch.tensor([0.5]))  # type: ignore[union-attr]

    def forward(self, faces: Tensor) -> Tensor:
        # faces                                                  (batch, 3, 112, 112), −1..1
        grey = F.avg_pool2d(self.luma(faces), 2)  # (batch, 1, 56, 56), 0..1
        there = F.normalize(self.network(grey))
        back = F.normalize(self.network(grey.flip(3)))
        return F.normalize(there + back)  # (batch, 128)


class ArcFace(nn.Module):
    """Additive angular margin loss: Deng et al., "ArcFace", CVPR 2019 (arXiv:1801.07698).

    The angle to a face's own class centre counts `margin` radians more than it is, so classes are
    pushed apart on the sphere. The margin can be raised during training: at once it does not learn.
    """

    def __init__(self, embedding: int, people: int, scale: float = 24.0) -> None:
        super().__init__()
        self.centres = nn.Parameter(torch.randn(people, embedding) * 0.1)
        self.scale = scale

    def forward(self, embeddings: Tensor, person: Tensor, margin: float) -> Tensor:
        # embeddings (batch, embedding), person (batch,)
        cosine = F.normalize(embeddings) @ F.normalize(self.centres).T  # (batch, people)
        cosine = cosine.clamp(-1 + 1e-6, 1 - 1e-6)
        own = F.one_hot(person, len(self.centres)).bool()
        logits = torch.where(own, torch.cos(torch.acos(cosine) + margin), cosine)
        return F.cross_entropy(self.scale * logits, person, label_smoothing=0.05)


def gabor_filters(orientations: int, radius: int = 4, wavelength: float = 4.0) -> Tensor:
    """Even, then odd Gabor filters of zero mean: (2 * orientations, 1, 9, 9)."""
    axis = torch.arange(-radius, radius + 1, dtype=torch.float64)
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    window = torch.exp(-(x * x + y * y) / (2 * (wavelength / 2) ** 2))
    window = window / window.sum()
    filters = []
    for wave in (torch.cos, torch.sin):
        for number in range(orientations):
            angle = math.pi * number / orientations
            across = x * math.cos(angle) + y * math.sin(angle)
            filtered = window * wave(2 * math.pi * across / wavelength)
            filters.append(filtered - window * filtered.sum())
    return torch.stack(filters)[:, None].float()
