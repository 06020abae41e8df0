"""Measure precision and recall of `fazhi reports --similar` on a generated set of texts. Part of `make bench-archive`.

Texts of one report: edited in one to five places, without one paragraph, cut off at 98, 95 or 91 % of the length. Texts of
different reports: a report of another year that reuses two thirds of the paragraphs with other figures, and all others.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from crawler.archive import probably_same
from crawler.field.fingerprint import bands, simhash
from tests.site.governments import GOVERNMENTS

REUSED_SHARE = 2 / 3  # of the paragraphs of the previous year's report
CUTS = (0.98, 0.95, 0.91)
EDITS = (1, 2, 5)
_SENTENCE = re.compile(r"[^。;]+[。;]")


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the set; texts with the same `report` are versions of one report."""

    report: str
    how: str
    body: str
    mark: str


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


def made_set(seed: int = 1) -> list[Text]:
    """Return the texts; the same seed gives the same texts."""
    bodies = {d.url: d.body for government in GOVERNMENTS for d in government.documents}
    chance = random.Random(seed)
    return [
        Text(report, how, body, simhash(body))
        for url, original in bodies.items()
        for report, how, body in _variants(url, original, list(bodies.values()), chance)
    ]


def _variants(
    url: str, body: str, others: list[str], chance: random.Random
) -> Iterator[tuple[str, str, str]]:
    yield url, "original", body
    for number in EDITS:
        yield url, f"{number} edits", _edited(body, number, chance)
    paragraphs = body.split("\n")
    gone = chance.randrange(len(paragraphs))
    yield url, "a paragraph less", "\n".join(paragraphs[:gone] + paragraphs[gone + 1 :])
    for share in CUTS:
        yield url, f"cut at {share:.0%}", body[: int(len(body) * share)]
    yield f"{url}, a year on", "a year on", _year_on(paragraphs, chance.choice(others).split("\n"), chance)


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
    return re.sub(r"(?<!\d)\d{1,3}(?!\d)", lambda _: str(chance.randrange(1, 999)), text)


def score(texts: list[Text]) -> Score:
    """Compare every pair with the pairs found."""
    right = wrong = 0
    missed = 0
    by_kind: dict[str, tuple[int, int]] = {}
    for one, other in combinations(texts, 2):
        offered = bool(set(enumerate(bands(one.mark))) & set(enumerate(bands(other.mark)))) and probably_same(
            (one.mark, len(one.body)), (other.mark, len(other.body))
        )
        same = one.report == other.report
        right += offered and same
        wrong += offered and not same
        missed += same and not offered
        if same and one.how == "original":
            found, number = by_kind.get(other.how, (0, 0))
            by_kind[other.how] = (found + offered, number + 1)
    return Score(len(texts), right, wrong, missed, by_kind)


def main() -> None:
    """Print the figures."""
    found = score(made_set())
    print(
        f"probable twins: {found.texts} made texts; precision {found.precision:.3f}"
        f" ({found.wrong} wrong), recall {found.recall:.3f} ({found.missed} missed)"
    )
    for kind, (right, number) in found.by_kind.items():
        print(f"  original and {kind:<18} {right:>3} of {number}")


if __name__ == "__main__":
    main()
