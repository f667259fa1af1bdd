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
TALKERS = "Minister;Spokesman;Mayor;Officer;Governor;Doctor;Envoy;Lawyer"
SAID = "said;told reporters;insisted;wrote;added;warned;claimed;confirmed;acknowledged;denied"
TOPICS = "road;school;bread;water;harvest;court;league;wheat;bridge;loan;vote;railway;fish"
STATES = "takes longer;costs more;remains open;can help;is unsettled;was postponed;needs time"
WHEN = "on Monday;last week;early;in May;on Friday;this month;again;in spring;at night"
SYLLABLES = "ba;ko;ri;sal;ten;mu;lor;fa;hin;dra;ves;po;qua;zel;om;nir;gat;shu;ely;ard"
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
    head = f"{pick(TALKERS)} on the {pick(TOPICS)}, number {rng.randint(2, 99)}"
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
    """Return a sentence in which no five words in a row are another's by design."""

    def name() -> str:
        return "".join(pick(SYLLABLES) for _ in range(3))

    return (
        f"{pick(TALKERS)} {name().title()} {pick(SAID)} {pick(WHEN)} that {name()} {pick(TOPICS)} "
        f"in {name().title()} {pick(STATES)}, and {name()} {pick(TOPICS)} by {name().title()} "
        f"{pick(STATES)}."
    )
