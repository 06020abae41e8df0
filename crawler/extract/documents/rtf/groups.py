"""State of a group of RTF. Each `{` begins with a copy of the state around it, each `}` goes back to it."""

from __future__ import annotations

from crawler.extract.documents.rtf.flow import Flow

TEXT, NOTHING, CODE, LABEL, TITLE, FONTS, SKIPPED = range(7)
"""What a group's text is: the document's, nothing, a field's code, a number, the title property, names of fonts; or the
group is not read at all."""


class Field:
    """A field that is open: its code, and whether its result has been read."""

    __slots__ = ("code", "has_result")

    def __init__(self) -> None:
        self.code = ""
        self.has_result = False


class Group:
    """The state that holds within braces."""

    __slots__ = (
        "depth",
        "east",
        "field",
        "flow",
        "font",
        "hidden",
        "in_nested",
        "is_box",
        "names_east",
        "skip",
        "use",
    )

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.use = TEXT
        self.font: int | None = None
        self.east: int | None = None  # font of East Asian text
        self.names_east = False  # whether the next \af is that font
        self.skip = 1  # characters after each \u, for programs that do not know it
        self.hidden = False  # or deleted
        self.depth = 0  # tables around the paragraph
        self.field: Field | None = None
        self.in_nested = False  # in the properties of a nested row
        self.is_box = False

    def copy(self) -> Group:
        """Return the state for a group within this one."""
        new = Group.__new__(Group)
        new.flow = self.flow
        new.use = self.use
        new.font = self.font
        new.east = self.east
        new.names_east = self.names_east
        new.skip = self.skip
        new.hidden = self.hidden
        new.depth = self.depth
        new.field = self.field
        new.in_nested = self.in_nested
        new.is_box = self.is_box
        return new
