"""Measure precision and recall of `fazhi reports --similar` on a generated set of texts. Part of `make bench-archive`.

Texts of one report: edited in one to twenty places, without one paragraph, cut to shares of its length, without its first
tenth, with other marks and line breaks, in the frame of another site, copied by another government under its own name.
Texts of different reports: a report of another year that reuses two thirds of the paragraphs with other figures; one of
another government that shares half of its paragraphs word for word, the same ones with many others; and all others.

`--texts N` measures time and memory on N texts of 5,000 characters, one in ten of them an edited copy of another.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from tempfile import TemporaryFile

from crawler.questions.near_copies import near_pairs, near_pairs_of
from tests.site.governments import GOVERNMENTS

REUSED_SHARE = 2 / 3  # of the paragraphs of the previous year's report
STOCK_SHARE = 1 / 2  # of the paragraphs that a report of another government has in common with many others
CUTS = (0.98, 0.95, 0.91, 0.75, 0.5)
EDITS = (1, 2, 5, 10, 20)
FRAME = "信息来源:某某新闻网 责任编辑:某某\n为让公众了解情况,现将报告全文转载如下,供参考。"
_SENTENCE = re.compile(r"[^。;]+[。;]")


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the set; texts with the same `report` are versions of one report."""

    report: str
    how: str
    body: str


@dataclass(frozen=True, slots=True)
class Score:
    """The pairs found and the pairs expected."""

    texts: int
    right: int
    wrong: int
    missed: int
    by_kind: dict[str, tuple[int, int]]  # pairs of an original and a variant, by kind of change: (found, all)

    @property
    def precision(self) -> float:
        """The share of found pairs that are the same report."""
        return self.right / (self.right + self.wrong)

    @property
    def recall(self) -> float:
        """The share of pairs of the same report that are found."""
        return self.right / (self.right + self.missed)


def made_set(seed: int = 1, *, reports: int | None = None) -> list[Text]:
    """Return the texts; the same seed gives the same texts. `reports`: of so many reports only."""
    chance = random.Random(seed)
    bodies = {d.url: (g.name, d.body) for g in GOVERNMENTS for d in g.documents}
    others = [body for _, body in bodies.values()]
    stock = [line for body in others for line in body.split("\n")[1:5]]
    made = []
    for url, (name, body) in islice(bodies.items(), reports):
        paragraphs = body.split("\n")
        made += [Text(url, how, text) for how, text in _variants(name, body, chance)]
        year_on = _year_on(paragraphs, chance.choice(others).split("\n"), chance)
        made.append(Text(f"{url}, a year on", "a year on", year_on))
        made.append(Text(f"{url}, stock", "stock paragraphs", _with_stock(paragraphs, stock, chance)))
    return made


def _variants(name: str, body: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Yield texts of one report: how each was made, and the text."""
    yield "original", body
    for number in EDITS:
        yield f"{number} edits", _edited(body, number, chance)
    paragraphs = body.split("\n")
    gone = chance.randrange(len(paragraphs))
    yield "a paragraph less", "\n".join(paragraphs[:gone] + paragraphs[gone + 1 :])
    for share in CUTS:
        yield f"cut at {share:.0%}", body[: int(len(body) * share)]
    yield "first tenth gone", body[len(body) // 10 :]
    yield "other marks", body.replace("\n", "").replace(",", ", ").replace(";", "。\n")
    yield "another frame", f"{FRAME}\n{body}\n{FRAME}"
    yield (
        "another name",
        body.replace(name, "某某市人民政府").replace(name.removesuffix("人民政府"), "某某市"),
    )


def _with_stock(paragraphs: list[str], stock: list[str], chance: random.Random) -> str:
    """Return a report of which each paragraph is a stock one or has other figures and words."""
    return "\n".join(
        line if chance.random() < STOCK_SHARE else _figures(chance.choice(stock), chance)[::-1]
        for line in paragraphs
    )


def _edited(body: str, number: int, chance: random.Random) -> str:
    """Return the text with other figures in some sentences and one inserted word."""
    sentences = list(_SENTENCE.finditer(body))
    for found in sorted(
        chance.sample(sentences, min(number, len(sentences))), key=lambda m: m.start(), reverse=True
    ):
        changed = re.sub(r"\d", lambda _: str(chance.randrange(10)), found[0])
        middle = len(changed) // 2
        body = body[: found.start()] + changed[:middle] + "进一步" + changed[middle:] + body[found.end() :]
    return body


def _year_on(paragraphs: list[str], other: list[str], chance: random.Random) -> str:
    new = [line if chance.random() < REUSED_SHARE else chance.choice(other) for line in paragraphs]
    text = re.sub(r"20\d\d", lambda m: str(int(m[0]) + 1), "\n".join(new))
    return _figures(text, chance)


def _figures(text: str, chance: random.Random) -> str:
    return re.sub(r"(?<!\d)\d{1,3}(?!\d)", lambda _: str(chance.randrange(1, 999)), text)


def score(texts: list[Text]) -> Score:
    """Compare every pair with the pairs found."""
    right = wrong = 0
    missed = 0
    by_kind: dict[str, tuple[int, int]] = {}
    found_pairs = {(one, other) for one, other, _ in near_pairs_of([text.body for text in texts])}
    for (first, one), (second, other) in combinations(enumerate(texts), 2):
        offered = (first, second) in found_pairs
        same = one.report == other.report
        right += offered and same
        wrong += offered and not same
        missed += same and not offered
        if same and one.how == "original":
            found, number = by_kind.get(other.how, (0, 0))
            by_kind[other.how] = (found + offered, number + 1)
    return Score(len(texts), right, wrong, missed, by_kind)


def many(number: int, seed: int = 1) -> Iterator[str]:
    """Yield texts of 5,000 characters from clauses of 40 stock phrases and of own ones; every tenth an edited copy."""
    chance = random.Random(seed)
    words = [d.body for government in GOVERNMENTS for d in government.documents]
    characters = sorted(set("".join(words)) - set("\n,。;:、 "))
    stock = [_SENTENCE.findall(chance.choice(words))[0] for _ in range(40)]
    last = ""
    for n in range(number):
        if n % 10 == 9:
            yield _edited(last, 5, chance)
            continue
        sentences: list[str] = []
        while sum(map(len, sentences)) < 5_000:
            own = ["".join(chance.choices(characters, k=chance.randrange(6, 22))) for _ in range(3)]
            sentences.append(chance.choice(stock) if chance.random() < 0.3 else ",".join(own) + "。")
        last = "\n".join("".join(sentences[at : at + 4]) for at in range(0, len(sentences), 4))
        yield last


def measure(number: int) -> None:
    """Print time and memory for many texts, which are kept in a file as an archive keeps them."""
    with TemporaryFile() as file:
        ends = [0]
        for body in many(number):
            ends.append(ends[-1] + file.write(body.encode()))

        def body_of(place: int) -> str:
            file.seek(ends[place])
            return file.read(ends[place + 1] - ends[place]).decode()

        begin, used = time.perf_counter(), time.process_time()
        pairs = list(near_pairs(map(body_of, range(number)), body_of))
        seconds, used = time.perf_counter() - begin, time.process_time() - used
    right = sum((one % 10, other - one) == (8, 1) for one, other, _ in pairs)
    print(
        f"{number} texts: {seconds:.1f} s, {used:.1f} s of the processor,"
        f" {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB at most;"
        f" {right} of {number // 10} copies found, {len(pairs) - right} wrong"
    )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=0)
    if number := parser.parse_args().texts:
        measure(number)
        return
    found = score(made_set())
    print(
        f"near copies: {found.texts} made texts; precision {found.precision:.3f}"
        f" ({found.wrong} wrong), recall {found.recall:.3f} ({found.missed} missed)"
    )
    for kind, (right, number) in found.by_kind.items():
        print(f"  original and {kind:<18} {right:>3} of {number}")


if __name__ == "__main__":
    main()
