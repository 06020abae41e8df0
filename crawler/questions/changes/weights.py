"""How much each change weighs for an editor, and why: the one place of that rule.

A change's weight is the sum over what was found in it of `weight` × the number of binary digits of how often: 1 counts once,
2 and 3 twice, 4 to 7 three times, 1,000 ten times. So many small changes do not hide one that matters, and integers give the
same order on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crawler.questions.changes.change import ChangeFinding


@dataclass(frozen=True, slots=True)
class Rule:
    """`words`: what it found, for people. `reason`: why it weighs what it weighs."""

    name: str
    weight: int
    words: str
    reason: str


RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        # a report as a whole
        Rule("gone", 300, "report gone", "Nobody can read it any more; only the archive has it."),
        Rule(
            "newly_overdue",
            120,
            "report overdue",
            "A legal day has passed without a report. A takedown weighs more: somebody acted.",
        ),
        Rule("list_gone", 100, "list gone", "What its site publishes from now on is not found until the entry is corrected."),
        Rule("missing", 80, "page missing, not confirmed", "May become gone; servers also lose pages for hours."),
        Rule("shrunk", 80, "shorter text, not confirmed", "May be a deletion; pages are also cut on their way."),
        Rule("back", 60, "back again", "Ends what was reported before, and tells that somebody reacted."),
        Rule("new", 40, "new report", "The usual, wanted event. Each deserves a look, after what was taken away."),
        Rule("page_gone", 30, "one of its addresses gone", "The report can still be read at another address."),
        Rule("no_longer_overdue", 20, "no longer overdue", "The new report itself is listed too, with its text."),
        Rule("found_overdue", 15, "report overdue, not known before", "The archive has learnt it; the organ did nothing that day."),
        Rule("moved", 10, "moved to another address", "The text is the same; only links break."),
        Rule("added", 5, "added from outside", "Known from an import or merge: news for the archive, not of the site."),
        # within a text: what was taken away
        Rule(
            "problems_removed",
            300,
            "section on problems removed",
            "不足和原因 is a required part (督察工作规定, article 24), and the one that an author would rather not have said.",
        ),
        Rule("section_removed", 200, "required section removed", "The regulation requires it; its loss is no correction."),
        Rule("backdated", 100, "date moved back", "Whether a report was in time rests on its date."),
        Rule("redated", 45, "date changed", "As above; a later day, or another month, is more often a correction."),
        Rule("figure_removed", 60, "figures removed", "A figure can be checked and compared; words instead cannot."),
        Rule("figure_changed", 50, "figures changed", "Data that others have used is no longer what the page says."),
        Rule("paragraph_removed", 40, "paragraphs removed", "A statement as a whole was withdrawn."),
        Rule("negation", 40, "negations changed", "One character (未, 不, 没, 无, 非) turns a sentence into its opposite."),
        # within a text: what else was changed
        Rule("field_changed", 25, "title, issuer or source changed", "Who speaks, and of what, has changed."),
        Rule("section_added", 30, "required section added", "Completes a report; nothing is lost."),
        Rule("figure_added", 24, "figures added", "More data, and nothing is lost."),
        Rule("paragraph_added", 20, "paragraphs added", "Usually a part that was forgotten."),
        Rule("words_removed", 6, "characters removed", "Less is said; mostly wording."),
        Rule("words_added", 3, "characters added", "More is said; mostly wording."),
        Rule("paragraph_moved", 2, "paragraphs moved", "The order tells what is thought important, and little more."),
        Rule("punctuation", 1, "punctuation changed", "A comma changes no statement of a report."),
        Rule("layout", 0, "white space changed", "No reader sees it."),
    )
}  # fmt: skip
"""The rules by name."""


def finding(name: str, number: int = 1, words: str = "") -> ChangeFinding:
    """Return a finding of a rule. `words`: of the text, such as the figures; empty for none."""
    return ChangeFinding(
        rule=name, number=number, weight=RULES[name].weight * number.bit_length(), words=words
    )


def total(findings: Iterable[ChangeFinding]) -> int:
    """Return the weight of a change."""
    return sum(each.weight for each in findings)


def ranked(findings: Iterable[ChangeFinding]) -> tuple[ChangeFinding, ...]:
    """Return findings, the heaviest first, equal ones by name."""
    return tuple(sorted(findings, key=lambda each: (-each.weight, each.rule)))


def describe(findings: Iterable[ChangeFinding]) -> str:
    """Return findings in words: `figures removed: 2 (1200, 95%); characters removed: 14`."""
    return "; ".join(_words(each) for each in findings)


def _words(each: ChangeFinding) -> str:
    named = RULES[each.rule].words
    number = f": {each.number}" if each.number > 1 or each.rule not in _SINGLE else ""
    return f"{named}{number}{f' ({each.words})' if each.words else ''}"


_SINGLE = {
    *(
        "gone",
        "newly_overdue",
        "missing",
        "list_gone",
        "shrunk",
        "back",
        "new",
        "page_gone",
        "no_longer_overdue",
        "found_overdue",
        "moved",
        "added",
    ),
    *("problems_removed", "backdated", "redated", "layout"),
}
"""Rules whose number is not told if it is 1."""
