"""A run invented from a seed, of any size: reports of one sentence a claim, as tables."""

from random import Random

import pandas as pd

from condotta import tables

RECRUITERS = ["Aurum Security", "Red Pass Group", "Steel Harbour", "the Northern Guard"]
ORIGINS = ["Colombia", "Nepal", "Chad", "Fiji", "Peru"]
DESTINATIONS = ["Sudan", "Ukraine", "Yemen", "Mali", "Libya"]
SOURCES = [
    ("Harbour Monitor", "monitor_ngo"),
    ("a returning recruit", "recruit_testimony"),
    ("the defence ministry", "government_body"),
    ("residents", "anonymous_local"),
]
OUTLETS = ["Coast Herald", "Delta Post", "The Ridge", "Plain Courier"]


def invent_run(n_claims: int, *, seed: int = 7, hostile: str = "") -> dict[str, pd.DataFrame]:
    """Return the tables of a run by name; `hostile` stands in every name and text that is shown."""
    dice = Random(seed)
    articles, claims, events = [], [], []
    while len(claims) < n_claims:
        article, made, told = _report(dice, min(4, n_claims - len(claims)), hostile)
        articles.append(article)
        claims += made
        events += told
    tracker = _lines(claims, articles)
    pairs = [
        {
            "line_id": line["line_id"],
            "other_line_id": line["line_id"],
            "kind": "count",
            "difference": f"40 against 200{hostile}",
            "claim_id": line["claim_ids"].split("; ")[0],
            "other_claim_id": line["claim_ids"].split("; ")[1],
            "quotation": f"one said{hostile}",
            "other_quotation": "another said",
        }
        for line in tracker
        if "; " in line["claim_ids"]
    ]
    rows = {
        "articles": articles,
        "claims": claims,
        "events": events,
        "tracker": tracker,
        "contradictions": pairs[:20],
        "skipped": [{"source_path": f"a{hostile}.pdf", "reason": "not_text", "detail": hostile}],
        "copies": [],
        "selection": [{"line_id": line["line_id"]} for line in tracker],
    }
    return {name: tables.shape(name, made) for name, made in rows.items()}


def write_run(run_dir, run: dict[str, pd.DataFrame]) -> None:
    for name, table in run.items():
        tables.write(run_dir, name, table)


def _report(dice: Random, n_claims: int, hostile: str) -> tuple[dict, list[dict], list[dict]]:
    number = dice.randrange(10**9)
    article_id = tables.key("a", number)
    text, claims = f"A report, number {number}{hostile}.", []
    for _ in range(n_claims):
        claim, sentence = _claim(dice, article_id, len(text) + 1, hostile)
        text += f" {sentence}"
        claims.append(claim)
    article = {
        "article_id": article_id,
        "url": dice.choice(["https://example.org/a?b=1&c=2", "javascript:alert(1)", None]),
        "publisher": dice.choice(OUTLETS) + hostile,
        "title": f"Report {number}{hostile}",
        "published_on": dice.choice([f"2024-03-0{dice.randint(1, 9)}", "2024-05", "2023", None]),
        "text": text,
        "n_words": len(text.split()),
        "source_path": f"{number}.txt",
        "source_sha256": "0" * 64,
        "format": "txt",
    }
    event = {
        "event_id": tables.key("e", number),
        "article_id": article_id,
        "start": 0,
        "end": 8,
        "kind": dice.choice(["clash", "drone_strike"]),
        "place": dice.choice(DESTINATIONS) + hostile,
        "losses": dice.choice(["stated", "unknown", "not_mentioned"]),
        "responsibility": dice.choice(["fact", "accused", "claimed", "denied", "unclear"]),
        "rule": "invented",
    }
    return article, claims, [event]


def _claim(dice: Random, article_id: str, start: int, hostile: str) -> tuple[dict, str]:
    recruiter = dice.choice(RECRUITERS) + hostile
    origin, destination = dice.choice(ORIGINS), dice.choice(DESTINATIONS)
    source, kind = dice.choice(SOURCES)
    low = dice.choice([40, 200, 900, 5000])
    pay = dice.choice([800, 1500, 2600])
    denies = dice.random() < 0.1
    sentence = (
        f"{recruiter} took {low} men from {origin} to {destination} for {pay} dollars a month, "
        f"{source} said."
    )
    row = {
        "claim_id": tables.key("c", article_id, start),
        "article_id": article_id,
        "start": start,
        "end": start + len(sentence),
        "type": dice.choice(["recruitment", "transfer", "pay", "sponsorship"]),
        "recruiter": recruiter,
        "recruits": f"men from {origin}",
        "origin": origin,
        "destination": destination,
        "beneficiary": f"army of {destination}{hostile}",
        "pay_min": pay,
        "pay_max": dice.choice([pay, pay + 400, None]),
        "currency": "USD",
        "period": "month",
        "count_min": dice.choice([low, None]),
        "count_max": dice.choice([low, low * 2]),
        "count_kind": dice.choice(["flow", "stock", "total", None]),
        "source_name": source + hostile,
        "source_kind": kind,
        "via": dice.choice([None, "Wire One", f"Wire Two{hostile}"]),
        "stance": "denies" if denies else "asserts",
        "certainty": "reported",
        "rule": "invented",
    }
    for slot, words in {"recruiter": recruiter, "origin": origin, "pay": f"{pay} dollars"}.items():
        row[f"{slot}_start"] = start + sentence.index(words)
        row[f"{slot}_end"] = row[f"{slot}_start"] + len(words)
    return row, sentence


def _lines(claims: list[dict], articles: list[dict]) -> list[dict]:
    by_id = {article["article_id"]: article for article in articles}
    slots = ("type", "recruiter", "recruits", "origin", "destination", "beneficiary")
    groups: dict[tuple, list[dict]] = {}
    for claim in claims:
        groups.setdefault(tuple(claim[slot] for slot in slots), []).append(claim)
    return [
        _line(dict(zip(slots, key, strict=True)), group, by_id)
        for key, group in sorted(groups.items())
    ]


def _line(slots: dict, group: list[dict], articles: dict[str, dict]) -> dict:
    asserted = [claim for claim in group if claim["stance"] != "denies"]
    denials = [claim for claim in group if claim["stance"] == "denies"]
    origins = sorted({claim["source_name"] for claim in asserted})
    dates = sorted(d for c in group if (d := articles[c["article_id"]]["published_on"]))
    status = "single_source" if len(origins) == 1 else "corroborated"
    if denials:
        status = "contested" if asserted else "denied_only"
    return slots | {
        "line_id": tables.key("l", *slots.values()),
        "n_claims": len(group),
        "n_articles": len({claim["article_id"] for claim in group}),
        "n_outlets": len({articles[claim["article_id"]]["publisher"] for claim in group}),
        "n_origins": len(origins),
        "origins": "; ".join(origins) or None,
        "first_on": dates[0] if dates else None,
        "last_on": dates[-1] if dates else None,
        "count_max": max(claim["count_max"] for claim in group),
        "status": status,
        "denied_by": "; ".join(sorted({claim["source_name"] for claim in denials})) or None,
        "claim_ids": "; ".join(claim["claim_id"] for claim in asserted or denials),
        "denial_ids": "; ".join(claim["claim_id"] for claim in denials if asserted) or None,
        "merge_reason": "same actor, recruits and places",
    }
