"""What a run costs against what it cannot cost less than: ratios, measured on this machine.

Every figure is CPU time of processes of their own, so that what else the machine does matters
little, and every ratio is against a floor that was measured in the same run.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from benchmarks import reports

from condotta import plans

WORDS = 250
COPIES = (250, 500, 1000, 2000)


class Cost(NamedTuple):
    """What a command took: CPU seconds of all its processes, and the memory of the largest."""

    seconds: float
    megabytes: float
    said: str


def cost_of(*command: str) -> Cost:
    """Run a command to its end and return what it cost."""
    env = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, env=env)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read().decode()
    if process.returncode not in (0, 3):
        sys.exit(f"{' '.join(command)}: {text[-600:]}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / unit, text)


def run(source: Path, out: Path, *more: str) -> Cost:
    """Take reports through the whole walk."""
    start = "from condotta.cli import main; main()"
    return cost_of(sys.executable, "-c", start, "run", str(source), "--out", str(out), *more)


def part(name: str, *given: object) -> Cost:
    """Measure one part of the work in a process of its own, see `benchmarks.parts`."""
    return cost_of(sys.executable, "-m", "benchmarks.parts", name, *map(str, given))


def seconds_in(cost: Cost) -> float:
    """Return the CPU seconds that a part says it took without what it took to start."""
    return float(cost.said.split()[-1])


def exponent(sizes: Sequence[int], costs: Sequence[float]) -> float:
    """Return k of the curve a + b * size**k that comes nearest to what was measured."""
    ks, misses = np.linspace(0.5, 2, 151), []
    for k in ks:
        curve = np.vander(np.asarray(sizes, float) ** k, 2)
        found, *_ = np.linalg.lstsq(curve, np.asarray(costs), rcond=None)
        misses.append(((curve @ found - costs) ** 2).sum())
    return float(ks[int(np.argmin(misses))])


def measure(n: int, folder: Path) -> list[tuple[str, str, str]]:
    """Return what was measured: what, the figure, and the goal."""
    sizes = [n, 2 * n, 4 * n, 8 * n]
    sources = [reports.write(folder / f"{size}.jsonl", size, words=WORDS) for size in sizes]
    words = [len(source.read_text().split()) for source in sources]
    largest, cold_dir = sources[-1], folder / f"run-{sizes[-1]}"
    say(f"{words[-1]:,} words in {sizes[-1]} reports at most; bare pipeline and tokenizer")
    bare = seconds_in(part("pipe", largest)) / words[-1]
    blank = seconds_in(part("tokenizer", largest)) / words[-1]
    say("the whole walk, four sizes")
    runs = [run(s, folder / f"run-{size}") for s, size in zip(sources, sizes, strict=True)]
    cold = runs[-1]
    each = (cold.seconds - runs[0].seconds) / (words[-1] - words[0])
    fixed = cold.seconds - each * words[-1]
    say("again: nothing new, a changed codebook, one per cent more")
    again = run(largest, cold_dir)
    more_dir = shutil.copytree(cold_dir, folder / "more")
    rules = run(largest, cold_dir, "--codebook", str(_own_codebook(folder)))
    rules_words = seconds_in(part("rules", cold_dir)) / words[-1]
    more = reports.write(folder / "more.jsonl", sizes[-1] + max(1, sizes[-1] // 100), words=WORDS)
    added = run(more, more_dir)
    say("processes")
    texts = {
        name: part("texts", cold_dir, folder / name, *how).seconds
        for name, how in {"one": (1,), "two": (2,), "dask": (2, "local")}.items()
    }
    say("copies, a quiet corpus, memory")
    alike = [seconds_in(part("copies", size)) for size in COPIES]
    quiet = reports.write(folder / "quiet.jsonl", sizes[-1], words=WORDS, share=0.1)
    sieved = [
        part("texts", _articles(quiet, folder / f"quiet-{name}"), folder / name, 1, "", name)
        for name in ("all", "hired")
    ]
    total = exponent(sizes, [run.seconds for run in runs])
    return [
        ("words per CPU-second, bare `nlp.pipe`", f"{1 / bare:,.0f}", ""),
        ("words per CPU-second, blank tokenizer", f"{1 / blank:,.0f}", ""),
        ("fixed cost of a run", f"{fixed:.0f} CPU-seconds", ""),
        ("whole run against bare `nlp.pipe`, beyond the fixed cost", f"{bare / each:.2f}", "0.80"),
        ("rules against the blank tokenizer", f"{blank / rules_words:.3f}", ""),
        ("exponent of cost over n, 2n, 4n, 8n", f"{total:.2f}", "1.05"),
        ("exponent of copies, with boilerplate", f"{exponent(COPIES, alike):.2f}", "1.15"),
        ("peak memory, 8n against n", f"{cold.megabytes / runs[0].megabytes:.2f}", "1.15"),
        ("peak memory of one process", f"{cold.megabytes:,.0f} MB", ""),
        ("the same run again, times faster", f"{cold.seconds / again.seconds:.0f}", "100"),
        ("a changed codebook, times faster", f"{cold.seconds / rules.seconds:.1f}", "8"),
        ("one per cent more, share of the cold run", f"{added.seconds / cold.seconds:.2f}", ""),
        ("two processes against one", f"{texts['one'] / texts['two']:.2f}", "0.75"),
        ("Dask with two workers against one", f"{texts['one'] / texts['dask']:.2f}", "0.70"),
        ("first pass `hired`, times faster", f"{sieved[0].seconds / sieved[1].seconds:.1f}", ""),
    ]


def _own_codebook(folder: Path) -> Path:
    """Return a codebook with one actor more, which no report names."""
    own = folder / "codebook"
    own.mkdir()
    (own / "actors.csv").write_text(
        "entity_id,name,aliases,short,needs,kind,source_kind,sponsor,side,country,wikidata\n"
        "bench-band,Band of the Benchmark,,,,armed_group,,,,,\n"
    )
    return own


def _articles(source: Path, run_dir: Path) -> Path:
    part("articles", source, run_dir)
    return run_dir


def say(what: str) -> None:
    """Tell how far it is, beside the table."""
    print(f"… {what}", file=sys.stderr, flush=True)


def main() -> None:
    """Measure, and print one table in Markdown."""
    options = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0])
    options.add_argument("--n", type=int, default=40, help="reports of the smallest of four runs")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(given.n, Path(folder))
    print(
        f"\n{os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{8 * given.n} reports of {WORDS} words, partitions of up to {plans.SIZE}\n"
    )
    print("| what | measured | goal |\n|---|---|---|")
    for row in rows:
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
