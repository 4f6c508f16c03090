"""How a training face is varied: what a camera, a lamp, a turned head or a lost crop would do."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812  the field's name for it


@dataclass(frozen=True)
class Variation:
    """Largest changes. Shifts are shares of half the picture."""

    rotation: float = 0.17  # radians
    scale: float = 0.12
    shift: float = 0.12
    shear: float = 0.08
    gamma: float = 0.4  # of the logarithm
    slope: float = 0.4  # of brightness, across the picture
    gain: float = 0.3
    noise: float = 0.02
    covered: float = 0.5  # share of faces of which a part is hidden


def vary(faces: Tensor, by: Variation, generator: torch.Generator) -> Tensor:
    """(batch, 1, side, side) in 0..1 → the same shape, every face changed in its own way."""
    count, side = len(faces), faces.shape[-1]

    def span(size: float, *shape: int) -> Tensor:
        return (torch.rand(count, *shape, generator=generator) * 2 - 1) * size

    angle, scale = span(by.rotation), 1 + span(by.scale)
    across, down, lean = span(by.shift), span(by.shift), span(by.shear)
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    rows = [torch.stack([cos, lean - sin, across], 1), torch.stack([sin, cos, down], 1)]
    grid = F.affine_grid(torch.stack(rows, 1), list(faces.shape), align_corners=False)
    faces = F.grid_sample(faces, grid, padding_mode="border", align_corners=False)

    faces = faces.clamp(1e-3, 1) ** torch.exp(span(by.gamma, 1, 1, 1))
    axis = torch.linspace(-1, 1, side)
    light = 1 + span(by.slope, 1, 1, 1) * axis + span(by.slope * 0.75, 1, 1, 1) * axis[:, None]
    faces = faces * light * (1 + span(by.gain, 1, 1, 1))
    level = by.noise * torch.rand(count, 1, 1, 1, generator=generator)
    faces = faces + torch.randn(faces.shape, generator=generator) * level
    return _cover(faces, by.covered, generator)


def _cover(faces: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Random erasing (Zhong et al., AAAI 2020): a rectangle of one grey, as a hand or a mask."""
    side = faces.shape[-1]
    hidden = torch.rand(len(faces), generator=generator) < share
    for number in hidden.nonzero().flatten().tolist():
        height, width = torch.randint(side // 7, side * 3 // 7, (2,), generator=generator).tolist()
        top, left = torch.randint(0, side - side // 7, (2,), generator=generator).tolist()
        grey = torch.rand(1, generator=generator)
        faces[number, :, top : top + height, left : left + width] = grey
    return faces
