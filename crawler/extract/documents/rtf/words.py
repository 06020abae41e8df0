"""Tables of RTF's control words: characters, breaks, and destinations that hold no text of the document."""

from __future__ import annotations

CHARACTERS = {
    b"tab": "\t", b"line": "\n", b"page": "\n", b"column": "\n", b"emspace": " ", b"enspace": " ", b"qmspace": " ",
    b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”",
    b"bullet": "•",
}  # fmt: skip
SIGNS = {b"~": "\u00a0", b"_": "-", b"{": "{", b"}": "}", b"\\": "\\"}
"""Signs after a backslash that are text. `-`, the optional hyphen, is none."""
PARAGRAPH_ENDS = frozenset((b"par", b"sect"))
PARAGRAPH_SIGNS = (b"\n", b"\r")  # a backslash before the end of a line is \\par

SKIPPED = frozenset((
    b"colortbl", b"stylesheet", b"pict", b"header", b"headerl", b"headerr", b"headerf", b"footer",
    b"footerl", b"footerr", b"footerf", b"ftnsep", b"ftnsepc", b"ftncn", b"aftnsep", b"aftnsepc", b"aftncn", b"nonshppict",
    b"nonesttables", b"xe", b"tc", b"rxe", b"fontemb", b"fontfile", b"filetbl", b"revtbl", b"rsidtbl", b"generator",
    b"themedata", b"colorschememapping", b"latentstyles", b"datastore", b"listtable", b"listoverridetable", b"pgptbl",
    b"xmlnstbl", b"sp", b"objdata", b"objclass", b"objname", b"annotation", b"atnid", b"atnauthor",
    b"shprslt", b"falt", b"panose", b"listpicture", b"mmathPr", b"docvar", b"pntxta", b"pntxtb", b"private",
))  # fmt: skip
"""Destinations without text of the document. In others that begin with `\\*` nothing is read, unless it is in ENTERED."""
ENTERED = frozenset((
    b"shpinst", b"do", b"nesttableprops", b"moMath", b"moMathPara", b"mmath", b"ud", b"fldinst", b"shppict",
))  # fmt: skip
"""Destinations with text inside, though a reader that does not know them skips them."""
ASIDE = {b"footnote": "note", b"shptxt": "box", b"dptxbxtext": "box"}
"""Destinations whose text has a place of its own: after the paragraph, or before it."""
LABELS = frozenset((b"listtext", b"pntext"))
"""The number of a list's paragraph as text. A bullet is none."""
BULLETS = "·•●○■□◆◇►▪\uf0b7\uf06c\uf06e\uf075\uf0d8\uf0a7oØüv§nlu"
"""Labels of one character that are bullets, some of them letters in a symbol font."""
