"""The words by which a note denies, doubts, dates or ascribes what it names, as tables.

A trigger works forward (pre) or backward (post) as far as nothing bars its way. A pseudo-trigger
looks like one and is none; the longest phrase at a place wins, so it hides what it contains. The
idea is that of NegEx (Chapman et al., J Biomed Inform 34:301, 2001) and ConText (Harkema et al.,
J Biomed Inform 42:839, 2009); words, reaches and the treatment of lists and of Hinglish are ours.

In the tables `;` parts phrases and `a|b` stands for either word. `<end>` is the end of a clause.
"""

import itertools
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache

from models.notes.words import KINDRED, SEEN


class Sense(Enum):
    NEGATED = auto()
    POSSIBLE = auto()
    HISTORICAL = auto()
    OTHER = auto()  # of somebody else
    NONE = auto()  # a pseudo-trigger


class Way(Enum):
    PRE = auto()
    POST = auto()


class Reach(Enum):
    LIST = auto()  # over commas, while what follows them goes on with the list
    PHRASE = auto()  # to the next comma
    NEAR = auto()  # to a concept that begins within NEAR tokens, and what is joined to it
    ECHO = auto()  # a post-trigger that may speak of something a clause back: `…, now resolved`
    SECTION = auto()  # a heading: to the end of the sentence


NEAR = 4


@dataclass(frozen=True, slots=True)
class Trigger:
    words: tuple[str, ...]
    sense: Sense
    way: Way
    reach: Reach


_BE = "is|are|was|were|be|been|being"
_NAHI = "nahi|nahin|nahee|nhi|nai|naahi|nahii|नहीं|नही"
_SHOW = "show|shows|showed|showing|shown|reveal|reveals|revealed|demonstrate|demonstrates|demonstrated|suggest|indicate|support|confirm|find|detect|identify"

_ROWS: tuple[tuple[Sense, Way, Reach, str], ...] = (
    (
        Sense.NEGATED,
        Way.PRE,
        Reach.LIST,
        f"""no; zero; lacks|lacked|lacking; absence of; free of|from;
        deny|denies|denied|denying; neg|negative|-ve for;
        {_BE} neg|negative|-ve for; tested|tests|test|screen|screened neg|negative|-ve for;
        no|nil|without evidence|sign|signs|symptoms|suggestion|suspicion|history|h/o|hx|complaint|complaints|c/o|indication|finding|findings|features|feature|suspicious|mention of|for|to;
        no evidence|reason|grounds to suggest|support|suspect|indicate|believe; without evidence of;
        no past|previous|prior|known history|h/o|hx of; no known; no known history|h/o|hx of; no h/o; no c/o; not c/o;
        never had|has|experienced|developed|complained|reported; neither; nor; nor did|does|do|has|had he|she|they|patient have|had|report|reported|complain|describe|experience; pertinent negatives; negatives include|are;
        do|does|did|could|would|has|have|had not have|had|report|reported|complain|complained|experience|experienced|endorse|endorsed|exhibit|develop|developed|describe|admit|recall|feel|manifest|notice|noticed|seem|note|noted;
        not have|having|had|reporting|complaining|experiencing|developing|showing|experienced|developed;
        do|does|did|could|would|will|can|has|have not {_SHOW}; not {_SHOW};
        do|does|did not appear|seem to have|be; not appear|seem|felt|thought|believed to have|be;
        not consistent|compatible|associated with; not suggestive|indicative|characteristic|typical of;
        inconsistent|incompatible with; failed|fails|fail to {_SHOW};
        unable|able to not identify|find; unremarkable for; ruled|rules|ruling out; ruled out for;
        {_BE} ruled out for; rather than; instead of; not found to have|be; no one in; bina; never; resolution|disappearance of; has|is resolved|free of|from""",
    ),
    (Sense.NEGATED, Way.PRE, Reach.NEAR, "not; non; can not; na; ( - )"),
    (
        Sense.NEGATED,
        Way.PRE,
        Reach.PHRASE,
        "neg; negative; -ve; nil; absent; without; w/o; abstains|abstain from",
    ),
    (
        Sense.NEGATED,
        Way.POST,
        Reach.PHRASE,
        f"""{_BE} negative|neg|absent|nil|excluded|none|-ve; negative|neg|absent|nil|-ve|none;
        are|were all|both|also negative|absent|denied; {_BE} ruled out; has|have been ruled|excluded out; has|have been excluded; ruled out;
        has|have|had been negative|absent; remained|remains negative|absent; came|come back negative|-ve;
        {_BE} not {SEEN}; not {SEEN}; can|could|would|has|have not be|been {SEEN};
        could|can not {SEEN}; do|does|did not exist|occur; has|have not occurred|developed|recurred;
        {_BE} no longer {SEEN}; {_BE} never {SEEN}; {_BE} not a|an problem|issue|concern|complaint; {_BE} denied; denied <end>; denies <end>; no <end>; not there;
        : none; : nil; :|- absent|negative|neg|-ve; :|- not {SEEN}; free <end>; - free; free at|since|now|today|for; : no <end>; - none; - nil; - no <end>; : denies <end>; : denied <end>; - denies <end>; ( - ); - <end>;
        {_NAHI}; {_NAHI} hai|h|tha|thi|he|hain|hua|hui|ho|aa|raha|rahi|है|था|थी; na hai|ho; nahi ho raha|rahi hai; नहीं हो रहा|रही है;
        mana kiya|karte|karta|karti; thik|theek ho gaya|gayi; ठीक हो गया|गई""",
    ),
    (
        Sense.NEGATED,
        Way.POST,
        Reach.ECHO,
        f"""resolved|resolves|subsided|disappeared|abated; {_BE} resolved|gone; {_BE} now resolved|gone; has|have|had resolved|subsided|disappeared|abated|cleared;
        has|have|had now|since|completely|fully|spontaneously|largely resolved|subsided|disappeared|cleared;
        have|has been resolved; now resolved|absent|gone; went away; has|have gone away""",
    ),
    (
        Sense.NONE,
        Way.PRE,
        Reach.LIST,
        f"""no|without|not change|changed|increase|improvement|improved|better|worse|worsened|worsening|relieved|relief|benefit|response|responding;
        no significant|interval|appreciable|acute|further|major change|changes|increase|improvement|worsening; no improvement in; no change|changes in;
        no increase|decrease in; not only; not just; not merely; not necessarily; no doubt; without doubt|difficulty|problem|complication|complications|incident;
        no longer on; not certain|sure|clear|known|aware whether|if|what|why|that; not know; do|does|did not know; unclear; not yet; not well controlled; not controlled|compliant|cooperative; not tolerating;
        no cause|explanation|reason|etiology|source of|for; no relief from|of|with; gram negative; gram - negative; not drain; no known cause;
        not tolerate|tolerated|undergo|respond|improve|worsen|wish|sleep|eat|get|go|come; do|does|did|has|have|had not tolerate|tolerated|undergo|undergone|respond|responded|improve|improved|worsen|wish|sleep|eat|get|go|come|treated|change|changed|completely|entirely|fully|totally;
        not been able|admitted|treated|seen|evaluated|followed; not able to; not completely|entirely|fully|totally|extensively|significantly|markedly|very; none the less; no . ; no other|additional|new complaints|complaint than; no more than; no less than; not more|less than;
        without any change|improvement|relief; not responding|relieved to|by|with; {_NAHI} utar|utra|utri|ruk|rukti|rukta|theek|thik|kam|ja|jaa|jata|jaati|jati; kam|theek|thik|band|sahi|aaram|control|ruk|utar|khatam {_NAHI};
        negative pressure; negative inspiratory|balance|margins; no code; alcohol free; non - tender""",
    ),
    (
        Sense.POSSIBLE,
        Way.PRE,
        Reach.LIST,
        f"""r/o; rule out; rule out for; ruling out for; to rule out; t/r/o; tro; d/d; ddx; d/dx; differential; differential diagnosis|includes|include|of; suspect|suspects|suspecting|suspicious|suspicion|suspected of|for; suspect|suspects|suspected;
        s/o; suggestive of; concern|concerns|concerned|concerning|worrisome|worried for|about|of; question of; possibility of; ? of;
        may|might|could have|be|represent|reflect|indicate|suggest|also|include; consider; evaluate|assess|check|screen|test|investigate|work|workup|w/u|look for; work up for;
        likely|possibly|probably|presumably due|secondary|related to; likely|possible|probable|suspected diagnosis of;
        if; in case of; watch|monitor|return|call for; at risk for|of; high|increased risk for|of; risk for|of; prophylaxis for|against; to prevent; prevention of; unlikely; less likely; doubt; low probability|suspicion of|for;
        can|could|will|would|may not rule out; can|could not exclude; not ruled out; not excluded; not rule out; not exclude; {_BE} not exclude; cannot r/o; can not r/o; could not r/o; shayad; agar; shak; sambhav; शायद; अगर; to exclude; exclude; needs to exclude; thought|felt to be|have; may|might|could""",
    ),
    (
        Sense.POSSIBLE,
        Way.PRE,
        Reach.PHRASE,
        "?; possible; possibly; probable; probably; likely; presumed; presumptive; questionable; query; vs; versus; should",
    ),
    (
        Sense.POSSIBLE,
        Way.POST,
        Reach.PHRASE,
        f"""?; likely|possible|probable|suspected|unlikely <end>; {_BE} likely|possible|probable|suspected|considered|questionable|unlikely; vs; versus;
        can|could not be ruled|excluded out; can|could not be excluded; {_BE} not ruled out; {_BE} not excluded; not ruled out; not excluded; not yet ruled out; has|have not been ruled|excluded out; has|have not been excluded; to be ruled|excluded out; to be excluded; be ruled out; should|must|may|might be considered|ruled|excluded|present|out; should|must be ruled out; may|might have;
        in|on the differential|d/d; lagta|lagti|lag raha|rahi hai|he; lagta|lagti hai; lag raha|rahi; ho sakta|sakti hai; ho sakta|sakti; ka shak; ka shak hai; ki sambhavna; हो सकता है; का शक""",
    ),
    (
        Sense.HISTORICAL,
        Way.PRE,
        Reach.LIST,
        """h/o; h/x; hx; hx of; past|previous|prior|remote|known|significant|long history|hx|h/o of; history of; hx of; history significant|notable|positive|remarkable for; past|previous history; past medical|surgical history; pmh; pmhx; pmh of; psh; p/h/o; p/h; s/p; status post; sp; post op;
        previous|prior|previously|formerly|old|past|childhood|remote|earlier; pehle; purana|purani; pichhle|pichle saal; last year; पहले""",
    ),
    (
        Sense.HISTORICAL,
        Way.PRE,
        Reach.PHRASE,
        "saal|mahine pehle|pahle; year|years|yr|yrs|month|months ago|back",
    ),
    (
        Sense.HISTORICAL,
        Way.POST,
        Reach.PHRASE,
        """in the past; in childhood; as a child; years|yrs|yr|year|months|month|saal|mahine ago|back|pehle|pahle; last year; previously; pehle; pehle tha|thi|hua; in his|her youth; in remote past; tha|thi pehle; bachpan mein|me; ho chuka|chuki hai; ho chuka|chuki""",
    ),
    (
        Sense.NONE,
        Way.PRE,
        Reach.LIST,
        """history of present illness; history of presenting illness|complaint|complaints; h/o present illness; history of the present illness; social|personal history; day|days|week|weeks|month|months|hour|hours|d|hr|hrs|yr|year|years history|h/o|hx of; history; hai na <end>; family physician; prior to; previous to; pehle se; history and physical; history provided|given|obtained|taken by|from; long standing history of; in may; known case of; k/c/o; kc/o; c/o; old age; year|years|yr|yrs old; y/o; should take; as likely; no likely; most likely to; call back""",
    ),
    (
        Sense.OTHER,
        Way.PRE,
        Reach.SECTION,
        """family history; family history of|significant|positive|notable|remarkable; family history significant|positive|notable|remarkable for; f/h; f/h/o; fhx; fh; fam hx; family hx|h/o; family hx|h/o of; familial history of; parivar mein|me; ghar mein|me; family member|members; relatives; contacts; परिवार में""",
    ),
    (
        Sense.OTHER,
        Way.POST,
        Reach.PHRASE,
        """runs in family; runs in the family; in the|his|her family; in family|contacts; in a|his|her relative""",
    ),
    (
        Sense.NONE,
        Way.PRE,
        Reach.LIST,
        f"""{KINDRED} {_BE} at|present|here|with|by; {KINDRED} says|states|reports|reported|stated|said|noted|noticed|notes|denies|denied|brought|gives|tells|told|found|saw|complains|worried|concerned; by|per|with|to|from his|her|the {KINDRED}; by|per|to|from {KINDRED}; lives with {KINDRED}; lives with his|her {KINDRED}; {KINDRED} in law; mother of; father of; {KINDRED} ne; {KINDRED} ke anusar; {KINDRED} bol|bata rahe|rahi""",
    ),
)


def _phrases(table: str) -> list[tuple[str, ...]]:
    return [
        choice
        for phrase in table.split(";")
        for choice in itertools.product(*(word.split("|") for word in phrase.split()))
        if choice
    ]


@cache
def table() -> dict[tuple[str, ...], tuple[Trigger, ...]]:
    """Every trigger by its words; a phrase that works both ways has two."""
    found: dict[tuple[str, ...], tuple[Trigger, ...]] = {}
    for sense, way, reach, rows in _ROWS:
        for words in _phrases(rows):
            found[words] = (*found.get(words, ()), Trigger(words, sense, way, reach))
    return found


@cache
def longest_by_first_word() -> dict[str, int]:
    """How many words the longest trigger has that begins with a word."""
    found: dict[str, int] = {}
    for words in table():
        found[words[0]] = max(found.get(words[0], 0), len(words))
    return found
