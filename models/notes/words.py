"""Words that bound what a trigger says: contrasts, clauses, lists, durations, relatives."""


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


SEEN = "seen|found|present|identified|noted|appreciated|detected|demonstrated|visualized|visualised|evident|palpable|palpated|heard|observed|elicited|apparent|reported|felt|endorsed|noticed|shown|documented|mentioned|there"
KINDRED = "mother|father|mom|dad|mum|sister|brother|son|daughter|uncle|aunt|aunty|cousin|grandmother|grandfather|grandparent|grandma|grandpa|parent|sibling|wife|husband|spouse|roommate|neighbour|neighbor|colleague|niece|nephew|maa|papa|pita|bhai|behen|bahan|beta|beti|pati|patni|dada|dadi|nana|nani|chacha|mausi|mama|pitaji|mataji|माँ|मां|पिता|भाई|बहन|पति|पत्नी|दादा|दादी|नाना|नानी"
KIN = frozenset(KINDRED.split("|"))

# Words that end what was said: a contrast, a cause, a new speech act.
BARRIERS = word_set(
    """
    but however although though except excluding whereas nevertheless which who whose because yet
    otherwise presents presented presenting complains complained complaining c/o admits admitted
    positive +ve developed only rather revealing besides instead then lekin magar parantu kintu par phir लेकिन
    मगर पर while despite therefore thus so
    """
)
BARRIER_PAIRS = frozenset(
    tuple(pair.split())
    for pair in [
        "due to",
        "secondary to",
        "significant for",
        "remarkable for",
        "notable for",
        "positive for",
        "apart from",
        "aside from",
        "other than",
        "found to",
        "complaints of",
        "history is",
        "attributed to",
        "caused by",
        "status post",
        "as well",
        "in addition",
        "treated with",
        "as a",
        "given his",
        "exception of",
        "given the",
        "as the",
        "given her",
        "started on",
    ]
)
SUBJECTS = word_set(
    """
    he she they it i we patient pt patients this there her his the
    """
)
VERBS = word_set(
    """
    is are was were has have had does did do reports reported report states stated states remains
    remained shows showed reveals revealed underwent went came started began begins continues
    continued takes took received feels felt appears appeared looks seems became developed noted
    will would says admits presented presents complains gives came h/o s/p k/c/o given advised
    """
)
PASSIVES = frozenset(SEEN.split("|"))
POSITIVE = word_set(
    """
    present positive +ve + hai h hain है since normal intact clear soft supple stable good regular
    equal warm dry alert symmetric symmetrical raha rahi persistent ongoing worsening
    yes controlled improving improved persists persisted elevated increased decreased tolerated
    tolerating unchanged
    """
)
UNITS_OF_TIME = word_set(
    """
    d day days din week weeks wk wks hafte month months mahine hr hrs hours hour year years saal
    yrs दिन
    """
)
JOINERS = word_set(
    """
    or nor and ya aur / & , evam tatha या और any other na n
    """
)
ALTERNATIVES = frozenset(["or", "nor", "ya", "या"])
TESTS = word_set(
    """
    test tests scan ct mri xray ray rays culture cultures workup study studies exam examination
    enzymes biopsy review ultrasound usg echo screen screening panel film films cxr ecg ekg
    urinalysis labs smear series troponins serology titre titer
    """
)
