"""A city of chance: what can be late, changed or withdrawn sometimes is."""

import random
from datetime import UTC, datetime, timedelta

from tests.features.world import DAY, HOUR, LONG_AGO, START, World


def lively(seed: int, days: int = 70) -> World:
    """The same for a seed."""
    draw, world = random.Random(seed), World()
    world.place()
    homes: dict[str, str] = {}
    visits: list[tuple[datetime, str]] = []
    for _ in range(8):
        district = draw.choice(["north", "south"])
        homes[world.patient(START - 300 * DAY + draw.random() * DAY, district)] = district

    def late(at: datetime) -> datetime:
        return at + draw.choice([0, 0, 0, 1]) * draw.random() * 20 * DAY

    for _ in range(60):
        at = START + draw.random() * days * DAY
        patient = draw.choice(sorted(homes))
        codes = draw.sample([f"E_{i}" for i in range(9)], 4)
        known = late(at)
        place = draw.choice(["F-north", "F-south", None])
        visit = world.encounter(at, patient, codes[:2], codes[2:3], place, known)
        visits.append((known, visit))
        if draw.random() < 0.5:
            world.finding(known + draw.random() * 3 * DAY, visit, codes[3])
        if draw.random() < 0.4:
            changed = known + draw.random() * 30 * DAY
            world.corrected(changed, visit, codes[0], ("present", known), "absent")
        decided = at + draw.random() * HOUR
        condition = draw.choice(["dengue", "malaria", "typhoid"])
        if draw.random() < 0.3:
            world.diagnosis(decided, visit, "influenza", "working", max(known, decided))
        confirmed = max(known, decided, late(decided))
        world.diagnosis(decided, visit, condition, recorded_at=confirmed)
        if draw.random() < 0.3:
            world.diagnosis(
                decided + HOUR,
                visit,
                condition,
                "refuted",
                max(confirmed, late(decided + HOUR)),
            )
            if draw.random() < 0.6:
                world.diagnosis(confirmed + DAY, visit, "influenza")
    for patient in draw.sample(sorted(homes), 4):
        at = START + draw.random() * days * DAY
        world.move(at, patient, homes[patient], "south" if homes[patient] == "north" else "north")
    for _ in range(90):
        at = START + draw.random() * days * DAY
        asked, shelf = draw.randrange(1, 9), draw.choice(["paracetamol", "ors"])
        given = draw.choice([asked, asked, asked / 2, 0])
        place = draw.choice(["F-north", "F-south"])
        world.supply(at, asked, given, place, shelf, recorded_at=late(at))
    for month in (1, 2, 3):
        at = datetime(2026, month + 1, 1, tzinfo=UTC) - timedelta(hours=5, minutes=30, seconds=1)
        world.supply(at, 100 * month, 90 * month, "F-south", "ledger", "M", late(at))
    for _ in range(30):
        at = START + draw.random() * days * DAY
        place, quantity = draw.choice(["F-north", "F-south"]), draw.choice([20, -20, 5, -5])
        world.stock(at, quantity, place, "paracetamol", late(at))
    for patient in homes:
        at = START + draw.random() * days * DAY / 2
        first = world.capture(at, patient)
        second = world.capture(at + draw.random() * 20 * DAY, patient, "verification", 0.6)
        world.decide(at + 25 * DAY, second, draw.choice(["match", "no_match"]))
        if draw.random() < 0.5:
            world.withdraw(at + draw.randrange(2, 40) * DAY, first)
    for number in range(20):
        at = START + draw.random() * days * DAY
        asked = world.advise(
            at, f"E{number}", ["dengue", "malaria"], ["E_1"], question=f"q{number}"
        )
        if draw.random() < 0.5:
            world.decided(late(at), asked, draw.choice(["accepted", "rejected"]), "because")
        if draw.random() < 0.5:
            world.shadowed(late(at), f"q{number}", ["malaria"], "4")
    spo2 = [{"codes": ["59408-5", "2708-6"], "below": 94}]
    world.limits({"E_2": spo2, "low_oxygen": spo2})
    for number, (at, visit) in enumerate(visits):
        for _ in range(number % 3):
            value = draw.choice([88, 93, 94, 99])
            measured_at = at + draw.choice([-1, 1]) * draw.random() * HOUR
            world.vital(measured_at, visit, "59408-5", value, max(late(measured_at), at))
    row = {"id": "ledger", "code": "ledger", "name": "ledger", "unit": "1", "source": "test"}
    world.add(LONG_AGO, [("items", row | {"recorded_at": START})])
    return world
