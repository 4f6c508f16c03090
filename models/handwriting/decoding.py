"""From the network's frames to words: gaps part them, a beam finds what each may be.

Connectionist temporal classification (Graves et al., ICML 2006): column 0 is "nothing new".
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Logs = NDArray[np.float64]  # (frames, classes + 1): natural logarithms of probabilities
_WIDTH = 12  # prefixes that stay
_GAP = np.log(0.3)  # words run together are harder to mend than one that is cut
_LIKELY = np.log(1e-3)  # letters less likely in a frame are not tried


def segments(logs: Logs, gap: int) -> list[tuple[int, int]]:
    """Frames start..end of each word: what lies between frames that may well be the class `gap`."""
    is_gap = logs[:, gap] > _GAP
    edges = np.flatnonzero(np.diff(np.concatenate([[True], is_gap, [True]]).astype(int)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def beam(logs: Logs, classes: str) -> list[tuple[str, float]]:
    """The likeliest texts with their log-probabilities, best first: each summed over all its
    alignments that stayed in the beam (prefix search)."""
    beams: dict[str, tuple[float, float]] = {"": (0.0, -np.inf)}  # ended in nothing, in a letter
    for frame in logs:
        likely = [int(k) for k in np.flatnonzero(frame > _LIKELY) if k]
        grown: dict[str, tuple[float, float]] = {}

        def add(
            text: str, nothing: float, letter: float, grown: dict[str, tuple[float, float]]
        ) -> None:
            was = grown.get(text, (-np.inf, -np.inf))
            grown[text] = (
                float(np.logaddexp(was[0], nothing)),
                float(np.logaddexp(was[1], letter)),
            )

        for text, (nothing, letter) in beams.items():
            both = float(np.logaddexp(nothing, letter))
            add(text, both + float(frame[0]), -np.inf, grown)
            for k in likely:
                one, p = classes[k - 1], float(frame[k])
                if text.endswith(one):
                    add(text, -np.inf, letter + p, grown)
                    add(text + one, -np.inf, nothing + p, grown)
                else:
                    add(text + one, -np.inf, both + p, grown)
        best = sorted(grown.items(), key=lambda item: -max(item[1]))[:_WIDTH]
        beams = dict(best)
    ranked = [(text, float(np.logaddexp(*ends))) for text, ends in beams.items() if text]
    return sorted(ranked, key=lambda one: -one[1])


def likelihoods(logs: Logs, texts: Sequence[str], classes: str) -> NDArray[np.float64]:
    """(n,) the exact log-probability of each text (the forward pass), all at once."""
    number_of = {letter: index for index, letter in enumerate(classes, start=1)}
    lengths = np.array([2 * len(text) + 1 for text in texts])
    labels = np.zeros((len(texts), int(lengths.max())), int)  # nothing, letter, nothing, …
    for row, text in enumerate(texts):
        labels[row, 1 : 2 * len(text) : 2] = [number_of[letter] for letter in text]
    # A letter may follow another without nothing between them unless both are the same.
    skips = np.zeros(labels.shape, bool)
    skips[:, 2:] = (labels[:, 2:] != 0) & (labels[:, 2:] != labels[:, :-2])
    alpha = np.full(labels.shape, -np.inf)
    alpha[:, :2] = logs[0][labels[:, :2]]
    for frame in logs[1:]:
        one = np.full_like(alpha, -np.inf)
        one[:, 1:] = alpha[:, :-1]
        two = np.full_like(alpha, -np.inf)
        two[:, 2:] = np.where(skips[:, 2:], alpha[:, :-2], -np.inf)
        alpha = np.logaddexp(np.logaddexp(alpha, one), two) + frame[labels]
    rows = np.arange(len(texts))
    ends: NDArray[np.float64] = np.logaddexp(alpha[rows, lengths - 1], alpha[rows, lengths - 2])
    return ends
