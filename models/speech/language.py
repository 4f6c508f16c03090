"""What PocketSphinx may hear and how likely it is: a dictionary and a trigram model of the clinic.

The model is counted on sentences drawn from our phrases (phrases.py). Common words of English that
the phrases lack get the frequency that the general model of PocketSphinx gives them, so that a
"which" or "very" is not taken for a finding.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from models.speech.phrases import pronunciations, sentences

_WORD = re.compile(r"[a-z']+")
# Chosen on the development sentences (training/speech/development.txt).
_COMMON, _SHARE = 3000, 0.2  # words taken from the general model, and their weight against ours
_DISCOUNT = 0.5  # of the mass of each history, kept for what was not counted after it


def general() -> Path:
    """The folder of PocketSphinx's own small English model."""
    import pocketsphinx

    return Path(pocketsphinx.get_model_path()) / "en-us"


@cache
def dictionary() -> str:
    """The CMU dictionary with our words."""
    text = (general() / "cmudict-en-us.dict").read_text(encoding="utf-8")
    known = {line.split(" ", 1)[0] for line in text.splitlines() if line}
    rows = []
    for word, phones in pronunciations():
        entry, number = word, 1
        while entry in known:
            number += 1
            entry = f"{word}({number})"
        known.add(entry)
        rows.append(f"{entry} {phones}")
    return text.rstrip("\n") + "\n" + "\n".join(rows) + "\n"


@cache
def known_words() -> Mapping[str, str]:
    """Words that can be pronounced, with their phones."""
    return dict(line.split(" ", 1) for line in dictionary().splitlines() if line)


def corpus(known: Mapping[str, str]) -> list[str]:
    """The sentences that the language model is counted on."""
    return list(sentences(known))


@cache
def common() -> dict[str, float]:
    """How often the general model expects each of the commonest words that can be pronounced."""
    from pocketsphinx import Config, LogMath, NGramModel

    math, config = LogMath(), Config()
    model = NGramModel(config, math, str(general() / "en-us.lm.bin"))
    words = [word for word in known_words() if _WORD.fullmatch(word)]
    expected = {word: float(math.exp(model.prob([word]))) for word in words}
    chosen = sorted(expected, key=lambda word: (-expected[word], word))[:_COMMON]
    return {word: expected[word] for word in chosen}


def vocabulary(known: Mapping[str, str]) -> set[str]:
    """Every word that PocketSphinx can hear with our language model."""
    return {word for sentence in corpus(known) for word in sentence.split()} | set(common())


def write_model(path: Path) -> None:
    """Counts the language model and writes it in the ARPA format."""
    from pocketsphinx.lm import ArpaBoLM

    text = "\n".join(f"<s> {sentence} </s>" for sentence in corpus(known_words()))
    model = ArpaBoLM(text=text, discount_mass=_DISCOUNT)
    total = sum(model.grams_1.values())
    for word, expected in common().items():
        model.grams_1[word] += total * _SHARE * expected
    model.compute()
    model.write_file(str(path))
