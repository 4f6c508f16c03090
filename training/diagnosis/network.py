"""The masked network: trained on cases as consultations know them, from a first complaint to all.

Of each case a batch shows one masked view: a complaint alone, the answers to the posterior's own
questions, those to random questions, some of what is present and nothing denied, or all. A few of the
answers are misheard: a network that never saw one believes a wrong answer too much. Where the source
has differentials it shows the whole case beside it, for those were made from the whole.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models.diagnosis.design import Design
from models.diagnosis.network import MaskedNetwork, Network, NetworkConfig, inputs
from models.diagnosis.questions import Question
from training.diagnosis.posterior import MISHEARD
from training.diagnosis.settings import Progress, Settings

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

BATCH = 256
RATE, DECAY = 2e-3, 1e-3
DIFFERENTIAL = 10.0  # weight of the second head's loss, which is a mean over all conditions
PERSON_UNKNOWN = 0.05  # share of views without age and sex, and of those without history
# Upper edges of the shares of views: complaint, the posterior's questions, random questions, present
# findings only; the rest are whole.
COMPLAINT, ASKED, RANDOM, LISTED = 0.25, 0.50, 0.65, 0.85
ALL_LISTED = 0.3  # of the views that list present findings, those that list each


@dataclass(frozen=True)
class Cases:
    """value, known: (N, F) present, and whether it was looked for; orders: (N, K) questions as the
    posterior asked them, -1 where it asked none; first: (N,) the complaint that it began with, or -1;
    differential: (N, C) 0/1, or None."""

    value: Bools
    known: Bools
    prior: Singles
    person: Singles
    truth: Ints
    orders: Ints
    first: Ints
    differential: Singles | None


@dataclass(frozen=True)
class _Findings:
    """question: (F,) of each; complaint: (F,) whether a patient may come with it; values: (questions,
    most values) columns of each question, those of shorter ones repeated; count: (questions,)."""

    question: Ints
    complaint: Bools
    values: Ints
    count: Ints

    @classmethod
    def of(cls, questions: tuple[Question, ...], complaints: Ints, findings: int) -> "_Findings":
        question = np.zeros(findings, dtype=np.int64)
        count = np.array([len(entry.columns) for entry in questions], dtype=np.int64)
        values = np.array([np.resize(entry.columns, count.max()) for entry in questions])
        for row, entry in enumerate(questions):
            question[list(entry.columns)] = row
        return cls(question, np.isin(np.arange(findings), complaints), values, count)


def cases_of(
    known: Design,
    truth: Ints,
    orders: Ints,
    first: Ints,
    differential: Singles | None,
    all_listed: bool,
) -> Cases:
    """all_listed: the source lists all that is present, so that the rest is absent."""
    value = known.present.toarray() > 0
    looked_for = np.ones_like(value) if all_listed else value | (known.absent.toarray() > 0)
    prior, person = known.prior.toarray().astype(np.float32), known.person.astype(np.float32)
    return Cases(value, looked_for, prior, person, truth, orders, first, differential)


def fit(
    cases: Cases,
    questions: tuple[Question, ...],
    complaints: Ints,
    conditions: int,
    settings: Settings,
    progress: Progress,
) -> Network:
    """Deterministic for a seed and a number of threads."""
    findings = cases.value.shape[1]
    told = _Findings.of(questions, complaints, findings)
    rng = np.random.default_rng(settings.seed)
    epochs = max(1, min(settings.epochs, settings.most_steps * BATCH // len(cases.truth)))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        module = MaskedNetwork(
            NetworkConfig(
                findings=findings,
                priors=cases.prior.shape[1],
                person=cases.person.shape[1],
                conditions=conditions,
                width=settings.width,
                differential=cases.differential is not None,
            )
        )
        _train(module, cases, told, epochs, rng, progress)
    module.eval()
    return Network(module)


def _train(
    module: MaskedNetwork,
    cases: Cases,
    told: _Findings,
    epochs: int,
    rng: np.random.Generator,
    progress: Progress,
) -> None:
    n = len(cases.truth)
    steps = epochs * -(-n // BATCH)
    optimiser = torch.optim.AdamW(module.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps + 1)
    truth = torch.from_numpy(cases.truth)
    labels = None if cases.differential is None else torch.from_numpy(cases.differential)
    module.train()
    for epoch in range(epochs):
        progress(0.5 + 0.3 * epoch / epochs, f"the network, round {epoch + 1} of {epochs}")
        mixed = rng.permutation(n)
        for start in range(0, n, BATCH):
            rows = mixed[start : start + BATCH]
            x = [_seen(cases, rows, *_view(cases, rows, told, rng), rng)]
            if labels is not None:
                x.append(_seen(cases, rows, cases.value[rows], cases.known[rows], rng))
            which, belongs = module(torch.from_numpy(np.concatenate(x)))
            again = np.tile(rows, len(x))
            loss = nn.functional.cross_entropy(which, truth[again])
            if labels is not None:
                also = nn.functional.binary_cross_entropy_with_logits(belongs, labels[again])
                loss = loss + DIFFERENTIAL * also
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()


def _seen(
    cases: Cases, rows: Ints, value: Bools, known: Bools, rng: np.random.Generator
) -> Singles:
    person = cases.person[rows] * (rng.random((len(rows), 1)) > PERSON_UNKNOWN)
    prior = cases.prior[rows] * (rng.random((len(rows), 1)) > PERSON_UNKNOWN)
    return inputs(value & known, known, prior, person)


def _view(
    cases: Cases, rows: Ints, told: _Findings, rng: np.random.Generator
) -> tuple[Bools, Bools]:
    """(n, F) what is said, and which findings a view knows. Some answers are misheard."""
    n, findings = len(rows), len(told.question)
    way = rng.random(n)
    value, looked_for = cases.value[rows], cases.known[rows]
    complaint = _one(value & told.complaint, rng)
    asked = rng.random((n, len(told.count))) < rng.random((n, 1)) ** 2
    began = complaint.copy()
    led = np.flatnonzero((way >= COMPLAINT) & (way < ASKED) & (cases.first[rows] >= 0))
    if len(led):
        asked[led] = _asked(cases.orders[rows[led]], len(told.count), rng)
        began[led] = np.arange(findings) == cases.first[rows[led]][:, None]
    answered = began | asked[:, told.question]  # who is asked after what is not there says no
    some = rng.random((n, findings)) < rng.random((n, 1))
    listed = complaint | (value & (some | (rng.random((n, 1)) < ALL_LISTED)))
    view = np.select(
        [(way < edge)[:, None] for edge in (COMPLAINT, RANDOM, LISTED)],
        [complaint, answered, listed],
        looked_for,
    )
    questioned = np.flatnonzero((way >= COMPLAINT) & (way < RANDOM))
    said = value.copy()
    said[questioned] = _heard(value[questioned], asked[questioned], told, rng)
    return np.asarray(said | began, dtype=np.bool_), np.asarray(view, dtype=np.bool_)


def _heard(value: Bools, asked: Bools, told: _Findings, rng: np.random.Generator) -> Bools:
    """(n, F) values as the doctor hears them: of a share of the questions `asked`, (n, questions), no
    value for what is there, and one of the values for what is not."""
    row, question = np.nonzero(asked & (rng.random(asked.shape) < MISHEARD))
    columns, heard = told.values[question], value.copy()
    there = value[row[:, None], columns].any(axis=1)
    heard[row[:, None], columns] = False
    some = (rng.random(len(row)) * told.count[question]).astype(np.int64)
    heard[row[~there], columns[~there, some[~there]]] = True
    return heard


def _asked(orders: Ints, questions: int, rng: np.random.Generator) -> Bools:
    """(n, questions) the first one to K of each order."""
    n, most = orders.shape
    kept = (np.arange(most) < rng.integers(1, most + 1, n)[:, None]) & (orders >= 0)
    asked = np.zeros((n, questions), dtype=np.bool_)
    row, place = np.nonzero(kept)
    asked[row, orders[row, place]] = True
    return asked


def _one(there: Bools, rng: np.random.Generator) -> Bools:
    """(n, F) one of those that are there, at random; none where none is."""
    key = np.where(there, rng.random(there.shape), -1.0)
    chosen = np.zeros_like(there)
    chosen[np.arange(len(there)), key.argmax(axis=1)] = True
    return chosen & there
