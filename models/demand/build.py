"""From a panel to a predictor: fit, weigh the members on a stretch held back, fit again on all."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from models.demand.blend import GROUPS, Weights, choose, group_of
from models.demand.fitting import FitSettings, fit_network, fresh
from models.demand.frequency import MAX_HORIZON
from models.demand.network import NetworkConfig
from models.demand.panel import Panel
from models.demand.predictor import DemandPredictor, Fitted, Vocabulary

Progress = Callable[[str, float], None]

CHEAP = ("network", "empirical")  # milliseconds for hundreds of series: what serving can wait for
FULL = ("network", "empirical", "theta", "ets")
# Where little data speak, the members count as they did on panels of all kinds.
PRIOR = {"empirical": 0.3, "theta": 0.3, "ets": 0.4}
HALF_LEARNED = 5_000  # known values with which the network counts as much as all others
ENOUGH_VALUES = 300  # with fewer, a network fitted from nothing learns nothing
WINDOWS_PER_STEP = 45
MOST_CATEGORIES = 60
ENOUGH_SERIES = 150  # with fewer, members are weighed at several origins
MOST_FOLDS = 5

Array = NDArray[np.float64]


@dataclass(frozen=True)
class BuildSettings:
    members: tuple[str, ...] = CHEAP
    fit: FitSettings = field(default_factory=FitSettings)
    fewest_steps: int = 150
    most_steps: int = 1200
    again: float = 0.5  # steps of the second fit, which starts from the first, as a share
    sample: int = 300  # series the members are weighed on


def build(
    panel: Panel,
    horizon: int,
    settings: BuildSettings,
    warm: Fitted | None = None,
    held: int | None = None,
    progress: Progress | None = None,
) -> Fitted:
    """Fit on everything in the panel, for forecasts up to `horizon` ahead.

    `warm` is where the network starts; the members are weighed on the last `held` periods.
    """
    say = progress or _silent
    reach = max(1, min(horizon, MAX_HORIZON[panel.freq]))
    if warm is None:
        vocabulary = vocabulary_of(panel)
        network = fresh(NetworkConfig(categories=vocabulary.sizes()), settings.fit.seed)
        start, learned = Fitted(network, vocabulary, {}, reach), False
    else:
        start, learned = replace(warm, reach=reach), True
    enough = int(panel.known().sum()) >= ENOUGH_VALUES
    names = [m for m in settings.members if m != "network" or enough or learned]
    back = held_back(panel, reach) if held is None else held
    if not back or back >= panel.values.shape[1]:
        only = refit(start, panel, settings, 1.0, say) if enough else start
        return replace(only, weights=dict.fromkeys(GROUPS, prior(names, panel)))
    folds = _folds(panel, back)
    past, _ = panel.cut(back * folds)
    before = refit(start, past, settings, 1.0, say) if enough else start
    weights = weigh(before, panel, back, folds, names, settings, say)
    final = refit(before, panel, settings, settings.again, say) if enough else start
    return replace(final, weights=weights)


def refit(
    fitted: Fitted, panel: Panel, settings: BuildSettings, share: float, say: Progress | None = None
) -> Fitted:
    """Fit the network on, with a share of the steps the panel's size asks for."""
    windows = int(panel.known().sum())
    steps = np.clip(windows / WINDOWS_PER_STEP, settings.fewest_steps, settings.most_steps)
    fit = replace(settings.fit, steps=max(1, int(steps * share)), lr=settings.fit.lr * share)
    network = fit_network(
        fitted.network,
        panel,
        fitted.vocabulary.encode(panel),
        fitted.reach,
        fit,
        partial(say or _silent, "fitting the network"),
    )
    return replace(fitted, network=network)


def held_back(panel: Panel, horizon: int) -> int:
    """Periods to weigh the members on: the horizon, or a quarter of the past; 0: too short."""
    return min(horizon, _typical(panel) // 4)


def weigh(
    fitted: Fitted,
    panel: Panel,
    back: int,
    folds: int,
    names: list[str],
    settings: BuildSettings,
    say: Progress,
) -> Weights:
    """The members' shares by what they would have said of the last `folds` times `back` periods."""
    alone = DemandPredictor({panel.freq: fitted})
    made: dict[str, list[Array]] = {name: [] for name in names}
    truths, groups = [], []
    for fold in range(folds, 0, -1):
        past, after = panel.cut(back * fold)
        y = after[:, :back]
        rows = np.nonzero((past.known() > 0) & np.isfinite(y).any(axis=1))[0]
        rng = np.random.default_rng(settings.fit.seed)
        rows = np.sort(rng.permutation(rows)[: settings.sample])
        past = past.take(rows)
        truths.append(y[rows])
        groups.append(group_of(past))
        for name in names:
            made[name].append(alone.member(name, past, back, partial(say, name))[1])
    quantiles = {name: np.concatenate(parts) for name, parts in made.items()}
    return choose(np.concatenate(truths), quantiles, np.concatenate(groups), prior(names, panel))


def _typical(panel: Panel) -> int:
    lengths = panel.known()
    return int(np.percentile(lengths, 60)) if len(lengths) else 0


def _folds(panel: Panel, back: int) -> int:
    """Few series are weighed at several origins, as far as half of their past goes."""
    wanted = int(np.ceil(ENOUGH_SERIES / max(len(panel), 1)))
    return int(np.clip(wanted, 1, min(MOST_FOLDS, max(1, _typical(panel) // 2 // back))))


def _silent(stage: str, share: float) -> None:
    """No one watches."""


def vocabulary_of(panel: Panel) -> Vocabulary:
    """Static columns worth an embedding: with several, but not too many, categories each."""
    columns = {}
    for name, values in panel.static.items():
        known = sorted(set(values))
        if 2 <= len(known) <= min(MOST_CATEGORIES, len(values) // 4):
            columns[name] = known
    return Vocabulary(columns)


def prior(names: list[str], panel: Panel) -> dict[str, float]:
    """The shares to lean to: the more there was to learn from, the more the network's."""
    known = int(panel.known().sum())
    network = known / (known + HALF_LEARNED) if "network" in names else 0.0
    total = sum(PRIOR.get(n, 0.0) for n in names)
    shares = {n: (1 - network) * PRIOR.get(n, 0.0) / total for n in names if n != "network"}
    return {"network": network, **shares} if "network" in names else shares
