"""Word error rate of the engines, on speech made by eSpeak NG and on a site's own recordings.

    python -m training.speech.evaluate [--recordings FOLDER] [--every N]

FOLDER holds x.wav beside x.txt. `--every 5` measures on each fifth sentence, for a first look.
"""

import argparse
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from models.speech import Engine, NoEngine
from models.speech.engines import DEFAULT, ENGINES, configured, engine
from models.speech.language import corpus, known_words, vocabulary
from models.speech.sphinx import PocketSphinx
from models.speech.values import RATE
from training.speech import sets
from training.speech.errors import CLINICAL, Heard, compared, invented, missed_rate, word_rate
from training.speech.sets import Sample

GENERAL, CLINIC = "pocketsphinx, its own language model", "pocketsphinx, ours"
_NOTE = (
    "Synthetic speech: eSpeak NG reads sentences by the authors of the phrases. It compares engines "
    "and says nothing about doctors. Intervals: 95 %, bootstrap over sentences."
)


@dataclass(frozen=True)
class Measured:
    engine: str
    speech: str
    group: str  # clean, noise or the folder of recordings
    heard: tuple[Heard, ...]
    seconds: float  # of speech
    took: float  # of the processor


def measure(
    heard_by: Engine, name: str, speech: str, samples: Iterable[Sample], group: str = ""
) -> Measured:
    heard = []
    size, took = 0, 0.0
    for sample in samples:
        began = time.process_time()
        text = heard_by.transcribe(sample.pcm).text
        took += time.process_time() - began
        heard.append(compared(sample.said, text))
        size += len(sample.pcm)
    return Measured(name, speech, group or speech, tuple(heard), size / 2 / RATE, took)


def engines() -> tuple[dict[str, Engine], dict[str, str]]:
    """Those that are there, and why each of the others is not."""
    found: dict[str, Engine] = {GENERAL: PocketSphinx(adapted=False), CLINIC: PocketSphinx()}
    absent = {}
    for name in ENGINES:
        if name == DEFAULT:
            continue
        if name != configured():
            absent[name] = f"no model: SEHAT_SPEECH_ENGINE={name}, SEHAT_SPEECH_MODEL=its folder"
            continue
        try:
            found[name] = engine(name)
        except NoEngine as error:
            absent[name] = str(error)
    return found, absent


def unlearned(said: Sequence[str], tell: Callable[[str], None]) -> list[str]:
    """Those sentences that our language model was not counted on; tells how many words they have."""
    learned = set(corpus(known_words()))
    new = [sentence for sentence in said if sentence not in learned]
    words = [word for sentence in new for word in sentence.split()]
    strange = set(words) - vocabulary(known_words())
    tell(
        f"{len(new)} sentences of {len(words)} words, {len(set(words))} different; {len(said) - len(new)} "
        f"left out because the language model ({len(learned)} different sentences) was counted on them; "
        f"{len(strange)} words that it lacks: {', '.join(sorted(strange)) or 'none'}"
    )
    return new


def everything(
    heard_by: dict[str, Engine], said: Sequence[str], tell: Callable[[str], None]
) -> list[Measured]:
    """Each engine hears the same samples; in noise each second sentence."""
    rows = []
    conditions = (*sets.CLEAN, *sets.NOISY)
    for number, condition in enumerate(conditions, start=1):
        chosen = said if condition.clean else said[::2]
        samples = list(sets.made(chosen, condition))
        group = "clean" if condition.clean else "in noise"
        done = [measure(e, n, str(condition), samples, group) for n, e in heard_by.items()]
        rates = ", ".join(f"{100 * word_rate(row.heard).value:.0f} %" for row in done)
        tell(f"[{number}/{len(conditions)}] {condition}: {rates}")
        rows += done
    return rows


def words_table(rows: Sequence[Measured], absent: dict[str, str]) -> Table:
    table = Table("speech", "engine", "words", "word error rate", "times real time", box=None)
    for row in sorted(rows, key=lambda row: row.group != "clean"):
        speed = f"{row.took / row.seconds:.2f}" if row.seconds else "–"
        rate = word_rate(row.heard)
        table.add_row(row.speech, row.engine, f"{rate.words}", f"{rate}", speed)
    for name, why in absent.items():
        table.add_row("not measured", name, "0", why, "–")
    return table


def clinical_table(rows: Sequence[Measured]) -> Table:
    """Of the clinical words said: those missed, with how many were invented."""
    table = Table("speech", "engine", "all words", *CLINICAL, box=None)
    for group, name in dict.fromkeys((row.group, row.engine) for row in rows):
        heard = [h for row in rows if (row.group, row.engine) == (group, name) for h in row.heard]
        cells = [
            f"{missed_rate(heard, what)} of {sum(h.said.count(what) for h in heard)}, "
            f"+{invented(heard, what)}"
            for what in CLINICAL
        ]
        table.add_row(group, name, f"{word_rate(heard)}", *cells)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure dictation: word error rates.")
    parser.add_argument("--recordings", type=Path, help="folder with x.wav beside x.txt")
    parser.add_argument("--every", type=int, default=1, help="measure on each N-th sentence")
    options = parser.parse_args()
    folder: Path | None = options.recordings
    if folder and not folder.is_dir():
        parser.error(f"--recordings: there is no folder {folder}")
    progress = Console(stderr=True, soft_wrap=True, highlight=False)
    out = Console(width=200, highlight=False)

    def tell(text: str) -> None:
        progress.print(text, style="dim", markup=False)

    def say(text: str) -> None:
        out.print(text, markup=False, soft_wrap=True)

    heard_by, absent = engines()
    said = unlearned(sets.sentences()[:: max(1, options.every)], say)
    rows = everything(heard_by, said, tell)
    if folder:
        samples = list(sets.recorded(folder, say))
        say(f"{folder.name}: {len(samples)} recordings heard")
        rows += [measure(e, n, folder.name, samples) for n, e in heard_by.items() if samples]
    out.print(words_table(rows, absent))
    out.print("\nClinical words missed, of those said; + those heard that were not said")
    out.print(clinical_table(rows))
    say(f"\n{_NOTE}")


if __name__ == "__main__":
    main()
