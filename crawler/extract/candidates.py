"""Which element of a page holds the article: text and punctuation weigh, links do not, known containers have a small advantage."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from crawler.extract.hints import HINTS

_FOOTER = re.compile(
    r"版权所有|主办单位|承办单位|备\s*案|网站标识码|copyright|©|ICP|技术支持|Flash\s*Player|浏览器|分辨率|未经.{0,12}(授权|许可|同意)",
    re.I,
)
_FOOTER_SIGN = re.compile("[权位案码©器率技经IiCcFf]")  # asked first: no footer is without one
_SHORTEST = 10  # characters of a text that can be evidence
_LITTLE = 100.0  # weight below which even the shortest texts are looked at
_LINK_LENGTH = 80  # characters; a longer text in a link is one that an <a> left open has swallowed
_DEEPEST = 48  # ancestors looked at above a text
_STAY = 0.78  # a child must hold this part of its parent's text to stand for it
_STAY_HINTED = 0.55  # the same for a known container


def _ids(*tags: str) -> frozenset[int]:
    """lexbor's numbers of tags: comparing integers is twice as fast as comparing names."""
    tree = LexborHTMLParser("".join(f"<{tag}></{tag}>" for tag in tags))
    found = {node.tag_id for tag in tags for node in tree.css(tag)}
    return frozenset(found)


_RAW = _ids("script", "style", "noscript", "template", "textarea", "title")
_LINK = _ids("a")
_INLINE = _ids(
    *["p", "span", "font", "b", "strong", "i", "em", "u", "h1", "h2", "h3", "h4", "a", "pre", "big", "small"]
)
_TEXT = 2  # lexbor's number of a text node
_HINT_IDS = frozenset(hint[1:] for hint in HINTS if hint[0] == "#")
_HINT_CLASSES = frozenset(hint[1:] for hint in HINTS if hint[0] == ".")
_HINT_TAGS = frozenset(hint for hint in HINTS if hint[0] not in "#.")


@dataclass(slots=True)
class Block:
    """An element and the weight of the text below it."""

    node: LexborNode
    tag_id: int
    parent: int  # mem_id; 0 at the top of what is looked at
    weight: float = 0.0
    children: list[int] = field(default_factory=list)


def choose(tree: LexborHTMLParser, hint: str | None = None) -> LexborNode | None:
    """The element that holds the article; None where no text on the page can be evidence of one.

    `hint` is a CSS selector given by people. It is taken when what it selects holds text at all.
    """
    body = tree.body
    if body is None:
        return None
    blocks = _weigh(body, _SHORTEST)
    if max((block.weight for block in blocks.values()), default=0.0) < _LITTLE:
        blocks = _weigh(body, 1)  # Word markup may have a <span> for each character
    if hint and (hinted := _hinted(tree, hint, blocks)):
        return hinted
    return _descend(blocks)


def _hinted(tree: LexborHTMLParser, hint: str, blocks: dict[int, Block]) -> LexborNode | None:
    """The heaviest element that a hint selects; None where it selects no text, or is no selector."""
    try:
        nodes = tree.css(hint)
    except SelectolaxError:
        return None
    held = [block for node in nodes if (block := blocks.get(node.mem_id)) and block.weight > 0]
    return max(held, key=lambda block: block.weight).node if held else None


def _weigh(body: LexborNode, shortest: int) -> dict[int, Block]:
    """Every element above a text that reads like prose, by mem_id, with the weight of such text below it."""
    blocks: dict[int, Block] = {}
    seen: set[str] = set()
    for node in body.traverse(include_text=True):
        if node.tag_id != _TEXT or node.is_empty_text_node:
            continue
        text = (node.text_content or "").strip()
        if len(text) < shortest or text in seen:
            continue
        if len(text) > 20:
            seen.add(text)  # desktop and mobile copies of one text count once
        parent = node.parent
        if parent is None or parent.tag_id in _RAW:
            continue
        home = _home(parent, blocks, len(text) > _LINK_LENGTH)
        if home and (weight := _worth(text)):
            blocks[home].weight += weight
    _add_up(blocks)
    return blocks


def _add_up(blocks: dict[int, Block]) -> None:
    """Each element's weight to all above it. Ancestors were entered before descendants, so the last come first."""
    for block in reversed(blocks.values()):
        if block.parent:
            blocks[block.parent].weight += block.weight


def _worth(text: str) -> float:
    """What a text says for its surroundings: its length, more where it has punctuation, nothing where it is a footer."""
    size = len(text)
    marks = text.count("，") + text.count("。") + text.count("、") + text.count("：") + text.count("；")
    if not marks:
        marks = text.count(",") + text.count("！") + text.count("？")
    if size < 120 and "。" not in text and _FOOTER_SIGN.search(text) and _FOOTER.search(text):
        return 0.0
    if not marks:
        return size * (0.3 if size < 40 else 0.7)
    return size + 4.0 * marks


def _home(parent: LexborNode, blocks: dict[int, Block], long: bool) -> int:
    """mem_id of the element a text stands in, its ancestors entered in `blocks`; 0 when it is a link's text."""
    here: LexborNode | None = parent
    chain: list[tuple[int, LexborNode, int]] = []
    above = 0
    while here is not None and len(chain) < _DEEPEST:
        key = here.mem_id
        if key in blocks:
            above = key
            break
        tag = here.tag_id
        if tag in _LINK and not long and here.attributes.get("href"):
            return 0
        chain.append((key, here, tag))
        here = here.parent
    for key, element, tag in reversed(chain):
        blocks[key] = Block(element, tag, above)
        if above:
            blocks[above].children.append(key)
        above = key
    return above


def _descend(blocks: dict[int, Block]) -> LexborNode | None:
    """From the heaviest top down, as long as one child holds nearly all of the text."""
    tops = [block for block in blocks.values() if not block.parent and block.weight]
    if not tops:
        return None
    block = max(tops, key=lambda top: top.weight)
    while True:
        children = [blocks[key] for key in block.children if blocks[key].tag_id not in _INLINE]
        best = max(children, key=lambda child: child.weight, default=None)
        if best is None or best.weight < block.weight * (_STAY_HINTED if is_known(best.node) else _STAY):
            return block.node
        block = best


def is_known(node: LexborNode) -> bool:
    """Whether the table of hints knows this element."""
    if node.tag in _HINT_TAGS:
        return True
    attributes = node.attributes
    if attributes.get("id") in _HINT_IDS:
        return True
    classes = attributes.get("class")
    return classes is not None and not _HINT_CLASSES.isdisjoint(classes.split())
