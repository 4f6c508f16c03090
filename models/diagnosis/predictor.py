"""The differential: a calibrated linear model over findings, with sets it can stand behind."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax

from models.diagnosis.asking import WORTH_ASKING, Consultations, Second
from models.diagnosis.blend import Blend, carried
from models.diagnosis.calibration import Calibration, Thresholds
from models.diagnosis.cases import Case, Differential, NextQuestion, Ranked, Reason
from models.diagnosis.design import Design, design, narrow, take
from models.diagnosis.evidence import weighed
from models.diagnosis.explanation import NOTHING, contributions
from models.diagnosis.familiarity import Familiarity
from models.diagnosis.known import consultation
from models.diagnosis.network import Network, considered
from models.diagnosis.posterior import Posterior
from models.diagnosis.presentation import Presentation, presentation, presenting
from models.diagnosis.storage import read_folder, write_folder
from models.diagnosis.vocabulary import Vocabulary

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Answers:
    """Decisions for N cases in columns: what a file of predictions is written from.

    probability: (N, conditions), rows sum to 1; order: (N, conditions) rows of conditions, best
    first; in_set: (N, conditions) by condition, not by rank; belongs: (N, conditions) probability that
    each belongs into the differential, None if training had none to learn from; the others are (N,).
    """

    probability: Floats
    order: NDArray[np.int64]
    in_set: Bools
    evidence: NDArray[np.int64]
    urgent_probability: Floats
    urgent: Bools
    too_wide: Bools
    nothing_known: Bools
    strange: Bools
    belongs: Floats | None = None

    @property
    def abstained(self) -> Bools:
        return self.too_wide | self.nothing_known | self.strange


@dataclass(frozen=True)
class DiagnosisPredictor:
    """Multinomial logistic regression, tempered by how much is known, pooled with a masked network.

    weights: (conditions, columns of the design matrix); intercept, prevalence: (conditions,);
    absent_weights: (conditions, findings), log-odds of a finding's absence. Each column of both is
    centred over conditions, so that a weight is for or against as compared with the average one.
    Both are of what records have shown. Of the rest of the vocabulary, which only `prevalence` and the
    posterior know, the posterior's odds against all of the others are carried over.
    """

    vocabulary: Vocabulary
    weights: Floats
    intercept: Floats
    absent_weights: Floats
    prevalence: Floats
    calibration: Calibration
    thresholds: Thresholds
    widest_set: int
    posterior: Posterior | None = None  # what asks; a model of an earlier version has none
    network: Network | None = None  # nor one of these, and so no blends
    blend: Blend | None = None  # of regression and network, by present findings
    asking_blend: Blend | None = None  # of posterior and network, by answers
    about: dict[str, Any] = field(default_factory=dict)

    def design(self, cases: Sequence[Case]) -> Design:
        return design(cases, self.vocabulary, self.prevalence)

    def scores(self, known: Design) -> Floats:
        """(N, conditions) log-odds, the network's opinion included, and the catalogue's of conditions
        that no record has shown."""
        return self._opinion(known)[0]

    def _opinion(self, known: Design) -> tuple[Floats, Floats | None]:
        """`scores`, and `Answers.belongs`."""
        learned, belongs = self._learned(self.narrow(known))
        if not self.vocabulary.unseen_conditions or self.posterior is None:
            return learned, belongs
        near = self.calibration.local * known.local
        scores = carried(learned, weighed(self.posterior, known) + near)
        if belongs is None:
            return scores, None
        unseen = np.zeros((len(scores), self.vocabulary.unseen_conditions))
        return scores, np.hstack([belongs, unseen])

    def narrow(self, known: Design) -> Design:
        """What records have shown of it: all that regression and network know."""
        words = self.vocabulary
        if not words.unseen_conditions:
            return known
        return narrow(known, words.learned_findings, words.learned_conditions)

    @cached_property
    def counts(self) -> Posterior | None:
        """The posterior of what records have shown."""
        if self.posterior is None or not self.vocabulary.unseen_conditions:
            return self.posterior
        return self.posterior.of_first(self.vocabulary.learned_conditions)

    def _learned(self, known: Design) -> tuple[Floats, Floats | None]:
        """The same of what records have shown."""
        own = self.regression(known)
        if self.network is None or self.blend is None:
            return own, None
        other, belongs = self.network.of_design(known)
        scores = self.blend.scores(log_softmax(own, axis=1), other, known.evidence)
        return scores, belongs if self.network.config.differential else None

    def regression(self, known: Design) -> Floats:
        """(N, conditions) tempered log-odds, of a first complaint with the posterior's share. `known`
        and the answer are of what records have shown."""
        linear, absent = self.linear(known)
        scores = self.calibration.scores(linear, absent, known.local, known.evidence)
        first, share = self.presented(known), self.calibration.presented
        if first is not None:
            local = self.calibration.local * known.local[first.rows]
            scores[first.rows] = (1 - share) * scores[first.rows] + share * (first.scores + local)
        return scores

    def linear(self, known: Design) -> tuple[Floats, Floats]:
        """(N, conditions) log-odds of what is present and of the person, and of what is absent."""
        by_column, by_absence = self._by_column
        earlier = known.present.shape[1]
        person = earlier + known.prior.shape[1]
        there = known.present @ by_column[:earlier] + known.prior @ by_column[earlier:person]
        there = there + known.person @ by_column[person:] + self.intercept
        return np.asarray(there), np.asarray(known.absent @ by_absence)

    @cached_property
    def _by_column(self) -> tuple[Floats, Floats]:
        """The weights as products with sparse rows read them; these copy others each time."""
        return np.ascontiguousarray(self.weights.T), np.ascontiguousarray(self.absent_weights.T)

    def presented(self, known: Design) -> Presentation | None:
        """What first complaints say, of what records have shown; None when there are none among the
        cases, or the posterior is not believed."""
        if self.counts is None or not self.calibration.presented or not len(presenting(known)):
            return None
        return presentation(self.counts, known)

    def decide(self, known: Design) -> Answers:
        scores, belongs = self._opinion(known)
        probability = softmax(scores, axis=1)
        order = np.argsort(-probability, axis=1, kind="stable")
        bins = self.thresholds.bins(known.evidence)
        in_set = probability >= self.thresholds.lowest(known)
        in_set[np.arange(len(order)), order[:, 0]] = True  # never empty: the best always stays
        cannot_wait = [condition.urgent for condition in self.vocabulary.conditions]
        urgent_probability = probability[:, cannot_wait].sum(axis=1)
        nothing_known = np.diff(known.present.indptr) == 0
        return Answers(
            probability=probability,
            order=order,
            in_set=in_set,
            evidence=known.evidence,
            urgent_probability=urgent_probability,
            urgent=(urgent_probability >= np.array(self.thresholds.urgent)[bins])
            & ~nothing_known
            & any(cannot_wait),
            too_wide=in_set.sum(axis=1) > self.widest_set,
            nothing_known=nothing_known,
            strange=self._strange(known, bins) & ~nothing_known,
            belongs=belongs,
        )

    @cached_property
    def familiarity(self) -> Familiarity | None:
        return None if self.posterior is None else Familiarity.of(self.posterior)

    def _strange(self, known: Design, bins: NDArray[np.int64]) -> Bools:
        """(N,) whether the findings fit no condition that training has seen."""
        if self.familiarity is None or not self.thresholds.familiar:
            return np.zeros(len(bins), dtype=np.bool_)
        least = np.array(self.thresholds.familiar)[bins]
        return np.asarray(self.familiarity.nats(known) < least)

    def predict(
        self, cases: Sequence[Case], *, limit: int | None = None, evidence: int = 0
    ) -> list[Differential]:
        """One differential a case; `limit` conditions each (all if None), with up to `evidence`
        findings for and as many against each of them (0: none, and far faster in bulk)."""
        if not cases:
            return []
        known = self.design(cases)
        answers = self.decide(known)
        return [
            self._differential(i, case, known, answers, limit, evidence)
            for i, case in enumerate(cases)
        ]

    def _differential(
        self, i: int, case: Case, known: Design, answers: Answers, limit: int | None, evidence: int
    ) -> Differential:
        conditions, learned = self.vocabulary.conditions, self.vocabulary.learned_conditions
        order = answers.order[i]
        parts = contributions(self, take(known, np.array([i]))) if evidence else NOTHING
        reason = None
        if answers.nothing_known[i]:
            reason = Reason.NO_FINDING
        elif answers.strange[i]:
            reason = Reason.STRANGE
        elif answers.too_wide[i]:
            reason = Reason.TOO_WIDE
        ranked = []
        for row in order[:limit]:
            for_it, against = parts.strongest(int(row), evidence)
            ranked.append(
                Ranked(
                    condition=conditions[row].code,
                    icd10=conditions[row].icd10,
                    probability=float(answers.probability[i, row]),
                    evidence_for=for_it,
                    evidence_against=against,
                    by_catalogue=bool(row >= learned),
                )
            )
        return Differential(
            ranked=tuple(ranked),
            prediction_set=tuple(conditions[r].code for r in order if answers.in_set[i, r]),
            abstained=reason is not None,
            reason=reason,
            urgent=bool(answers.urgent[i]),
            urgent_probability=float(answers.urgent_probability[i]),
            specialty=None if answers.nothing_known[i] else self._specialty(answers.probability[i]),
            unknown_findings=self.vocabulary.unknown([*case.present, *case.absent]),
            considered=self._considered(i, answers),
        )

    def _considered(self, i: int, answers: Answers) -> tuple[str, ...] | None:
        if answers.belongs is None:
            return None
        if answers.abstained[i]:
            return ()
        chosen = considered(answers.belongs[[i]])[0]
        return tuple(self.vocabulary.conditions[r].code for r in answers.order[i] if chosen[r])

    def begin(self, cases: Sequence[Case], first: Sequence[int | None]) -> Consultations:
        """Consultations of which age, sex and the first complaint are known, as columns of the
        vocabulary; None where there is none. Only for a model that can ask (`posterior`)."""
        assert self.posterior is not None
        scores = self.posterior.start([case.age for case in cases], [case.sex for case in cases])
        begun = Consultations(self.posterior, scores, self._second(cases))
        begun.present(first)
        return begun

    def _second(self, cases: Sequence[Case]) -> Second | None:
        if self.network is None or self.asking_blend is None:
            return None
        person = self.design([Case(age=case.age, sex=case.sex) for case in cases]).person
        return Second(self.network, self.asking_blend, person)

    def ask_next(self, case: Case, limit: int) -> tuple[NextQuestion, ...]:
        """Up to `limit` questions whose answers would tell most now, best first; none when no answer
        would tell anything, or when the model is of a version that cannot ask (`posterior`)."""
        if self.posterior is None:
            return ()
        words = self.vocabulary
        scores = self.posterior.start([case.age], [case.sex])
        scores += self.calibration.local * self.design([case]).local
        held = consultation(
            self.posterior,
            scores,
            words.known(case.present).keys(),
            words.known(case.absent).keys(),
            self._second([case]),
        )
        [gains] = held.gains(np.array([0]))
        best = np.argsort(-gains, kind="stable")[: max(0, limit)]
        asked = [(self.posterior.questions[row], float(gains[row])) for row in best]
        return tuple(
            NextQuestion(q.id, q.kind, tuple(words.findings[c] for c in q.columns), gain)
            for q, gain in asked
            if gain > WORTH_ASKING
        )

    def _specialty(self, probability: Floats) -> str | None:
        """The specialty that holds most of the probability."""
        mass: dict[str, float] = {}
        for condition, share in zip(self.vocabulary.conditions, probability, strict=True):
            if condition.specialty:
                mass[condition.specialty] = mass.get(condition.specialty, 0.0) + float(share)
        return max(mass, key=lambda name: mass[name]) if mass else None

    def save(self, folder: Path) -> None:
        """Write the model as plain files (JSON and npz); the folder is made if it is missing."""
        write_folder(folder, self)
        if self.posterior is not None:
            self.posterior.save(folder)
        if self.network is not None:
            self.network.save(folder)

    @classmethod
    def load(cls, folder: Path) -> "DiagnosisPredictor":
        """Raises ModelFolderError when a file is missing, damaged or of another format."""
        return cls(
            **read_folder(folder), posterior=Posterior.load(folder), network=Network.load(folder)
        )
