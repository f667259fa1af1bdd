"""Reports by the thousand, made up from parts: the same seed gives the same reports."""

import json
import random
from pathlib import Path

HIRERS = "Turkey;Russia;The Wagner Group;A security company;The ministry;An armed faction;Moscow"
PEOPLE = "Syrian fighters;young men;former soldiers;mercenaries;volunteers;recruits;veterans"
TOWNS = "Idlib;Benghazi;Daraa;Tripoli;Aleppo;Deir ez-Zor;Bangui;Khartoum;Afrin;Gaziantep;Sirte"
WARS = "Libya;Sudan;Ukraine;Mali;Syria;Azerbaijan;the Central African Republic;Yemen"
SOURCES = "a local source;the Syrian Observatory for Human Rights;two recruits;a UN panel;residents"
PAY = "$500 a month;between $1,000 and $1,500 a month;2,000 dollars;up to $3,000 for six months"
TALKERS = "The minister;A spokesman;The mayor;An officer;The governor;A doctor;The envoy;A lawyer"
SAID = "said;told reporters;insisted;wrote;added;warned;claimed;confirmed;acknowledged;denied"
TOPICS = (
    "the road to the port;a new school;the price of bread;water from the old wells;the harvest;"
    "talks in Geneva;a court ruling;the football season;exports of wheat;repairs of the bridge;"
    "the summer heat;a loan from the bank;elections next spring;the railway line;fishing rights"
)
STATES = (
    "would take longer than planned;had surprised everyone;cost more than last year;remains open;"
    "was discussed for hours;could bring relief;is far from settled;had been put off again;"
    "matters to every family;will be reviewed in autumn;had drawn crowds;left many doubts"
)
WHEN = (
    "on Monday;last week;in the early hours;after long talks;for the first time since spring;"
    "despite the rain;at the end of the month;according to a letter;without giving details;in May"
)
FOOTER = (
    "\n\nReaders may share this page with a link to the original, but may not copy it in whole or "
    "in part without written permission of the publisher, whose decision in such matters is final."
)


def write(path: Path, n: int, *, seed: int = 0, words: int = 250, share: float = 1.0) -> Path:
    """Write `n` reports of about so many words, a `share` of them about hired fighters."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = []
    for number in range(n):
        rng = random.Random(f"{seed}-{number}")
        text = compose(rng, words, about=number % 100 < 100 * share)
        day = f"20{rng.randint(15, 24)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        row = {
            "url": f"https://reports.example/{seed}/{number}",
            "publisher": f"Outlet {number % 9}",
        }
        lines.append(json.dumps(row | {"published": day, "text": text}))
    path.write_text("\n".join(lines) + "\n")
    return path


def compose(rng: random.Random, words: int, *, about: bool) -> str:
    """Return one report: a headline, then paragraphs of three sentences."""
    pick = lambda parts: rng.choice(parts.split(";"))  # noqa: E731
    sentences = []
    while sum(len(sentence.split()) for sentence in sentences) < words:
        told = about and len(sentences) % 4 == 1
        sentences.append(_hiring(rng, pick) if told else _talk(pick))
    head = f"{pick(TALKERS)} speaks of {pick(TOPICS)} {rng.randint(2, 99)}"
    blocks = [" ".join(sentences[at : at + 3]) for at in range(0, len(sentences), 3)]
    return "\n\n".join([head, *blocks])


def _hiring(rng: random.Random, pick) -> str:
    count = rng.choice(["hundreds of", "dozens of", f"{rng.randint(20, 900)}"])
    hirer, people, town, war = pick(HIRERS), pick(PEOPLE), pick(TOWNS), pick(WARS)
    return rng.choice(
        [
            f"{hirer} has recruited {count} {people} from {town} to fight in {war} {pick(WHEN)}, "
            f"{pick(SOURCES)} said.",
            f"According to {pick(SOURCES)}, {count} {people} were flown from {town} to {war} "
            f"{pick(WHEN)} and promised {pick(PAY)}.",
            f"{hirer} denied {pick(WHEN)} that it had sent {people} to {war}.",
        ]
    )


def _talk(pick) -> str:
    return (
        f"{pick(TALKERS)} of {pick(TOWNS)} {pick(SAID)} {pick(WHEN)} that {pick(TOPICS)} "
        f"{pick(STATES)}, and that {pick(TOPICS)} {pick(STATES)}."
    )
