"""A challenger that answers behind the champion: never before it, never instead of it.

Its answers wait in memory until the worker collects them. A challenger that fails costs its answer, one
that hangs costs all that follow, and neither costs the champion anything: questions are put where
nobody waits for them, and are let go when there is no room.
"""

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from queue import Full, Queue
from typing import Any
from uuid import uuid4

from models.settings import CHALLENGER
from serving.champion import Champion, Champions, look_up
from serving.common import ModelRef, digest
from serving.diagnosis.schema import (
    DiagnosisAnswer,
    DiagnosisRequest,
    ShadowBatch,
    Shadowed,
    ShadowQuery,
)

log = logging.getLogger(__name__)

CAPABILITY = "diagnosis"
WAITING = 256  # questions that may wait for a challenger
KEPT = 5_000  # answers that may wait for the worker: some 10 MB
PAUSE = (
    0.05  # seconds before each answer: the champion's has left by then, and a crowd of questions
)
# takes a challenger only a small share of the processor that both are on
PATIENCE = 10.0  # seconds after which a challenger is said to hang

Answer = Callable[[Any, DiagnosisRequest, Mapping[str, Any], ModelRef], DiagnosisAnswer]
_Question = tuple[DiagnosisRequest, Mapping[str, Any], str]


class Kept:
    """Answers that wait to be collected, numbered; the oldest make room for new ones."""

    def __init__(self, most: int = KEPT) -> None:
        self.run = uuid4().hex
        self.lost = 0
        self._answers: deque[Shadowed] = deque()
        self._most, self._last = most, 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._answers)

    def add(self, **answer: Any) -> None:
        with self._lock:
            self._last += 1
            self._answers.append(Shadowed(number=self._last, **answer))
            if len(self._answers) > self._most:
                self._answers.popleft()
                self.lost += 1

    def collect(self, query: ShadowQuery) -> ShadowBatch:
        """Those after the last that was collected are given; those up to it are forgotten. Whoever
        collects says so with the next query, so that an answer that was lost on the way comes again."""
        with self._lock:
            while query.run == self.run and self._answers:
                if self._answers[0].number > query.after:
                    break
                self._answers.popleft()
            answers = list(islice(self._answers, query.limit))
            return ShadowBatch(
                run=self.run, answers=answers, left=len(self._answers) - len(answers)
            )


class Shadow:
    """One challenger and its thread, which is left behind when another takes its place."""

    def __init__(
        self, challenger: Champion, answer: Answer, kept: Kept, counts: "Counter[str]", pause: float
    ) -> None:
        self.ref = challenger.ref
        self._challenger, self._answer = challenger, answer
        self._kept, self._counts, self._pause = kept, counts, pause
        self._questions: Queue[_Question | None] = Queue(WAITING)
        self._since: float | None = None
        self.problem: str | None = None
        threading.Thread(target=self._work, name=f"shadow {self.ref.version}", daemon=True).start()

    @property
    def hangs(self) -> bool:
        since = self._since
        return since is not None and time.monotonic() - since > PATIENCE

    def offer(self, question: _Question) -> None:
        try:
            self._questions.put_nowait(question)
        except Full:
            self._counts["no room"] += 1

    def end(self) -> None:
        with suppress(Full):
            self._questions.put_nowait(None)

    def _work(self) -> None:
        while (question := self._questions.get()) is not None:
            time.sleep(self._pause)
            self._since = time.monotonic()
            try:
                self._try(*question)
                self._counts["answered"] += 1
            except Exception as error:
                # Never with the question in it: that is patient data.
                if self.problem is None:
                    log.error("challenger %s fails: %s", self.ref.version, type(error).__name__)
                self.problem = type(error).__name__
                self._counts["failed"] += 1
            finally:
                self._since = None

    def _try(self, request: DiagnosisRequest, known: Mapping[str, Any], champion: str) -> None:
        answer = self._answer(self._challenger.predictor, request, known, self.ref)
        self._kept.add(
            inputs_digest=digest(request),
            model=self.ref,
            champion=champion,
            answered_at=datetime.now(UTC),
            ranked=[
                row.model_copy(update={"evidence_for": [], "evidence_against": []})
                for row in answer.ranked
            ],
            prediction_set=answer.prediction_set,
            abstained=answer.abstained,
        )


class Shadows:
    """Whoever has the alias `challenger` answers too; off while nobody has it."""

    def __init__(
        self,
        answer: Answer,
        challengers: Champions | None = None,
        pause: float = PAUSE,
        most: int = KEPT,
    ) -> None:
        # A watcher of its own: a challenger that is slow to load keeps no champion waiting.
        self.challengers = challengers or Champions(
            partial(look_up, alias=CHALLENGER), capabilities=(CAPABILITY,), keeps=False
        )
        self.kept = Kept(most)
        self.counts: Counter[str] = Counter()
        self._answer, self._pause = answer, pause
        self._shadow: Shadow | None = None
        self._lock = threading.Lock()

    def offer(
        self, request: DiagnosisRequest, known: Mapping[str, Any], champion: ModelRef
    ) -> None:
        """Hand on a question that was answered. Returns at once, whatever the challenger does."""
        try:
            shadow = self._current(champion)
            if shadow is not None:
                shadow.offer((request, known, champion.version))
        except Exception:  # the champion's answer is made, and goes out
            self.counts["failed"] += 1
            log.exception("a question could not be handed to the challenger")

    def collect(self, query: ShadowQuery) -> ShadowBatch:
        return self.kept.collect(query)

    def status(self) -> dict[str, Any]:
        challenger, shadow = self.challengers.get(CAPABILITY), self._shadow
        return {
            "version": challenger.ref.version if challenger else None,
            "refused": self.challengers.status()["refused"].get(CAPABILITY),
            "problem": shadow.problem if shadow else None,
            "hangs": bool(shadow and shadow.hangs),
            **{name: self.counts[name] for name in ("answered", "failed", "no room")},
            "waiting": len(self.kept),
            "lost": self.kept.lost,
        }

    def _current(self, champion: ModelRef) -> Shadow | None:
        challenger = self.challengers.get(CAPABILITY)
        if challenger is None or challenger.ref.version == champion.version:
            return None
        shadow = self._shadow
        if shadow is not None and shadow.ref.version == challenger.ref.version:
            return shadow
        with self._lock:
            shadow = self._shadow
            if shadow is None or shadow.ref.version != challenger.ref.version:
                if shadow is not None:
                    shadow.end()
                self._shadow = Shadow(challenger, self._answer, self.kept, self.counts, self._pause)
            return self._shadow
