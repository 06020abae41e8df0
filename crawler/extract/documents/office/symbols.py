"""Characters of symbol fonts (`w:sym`, Wingdings), as far as documents use them for text: boxes, ticks, dots."""

from __future__ import annotations

_WINGDINGS = {
    0x6C: "●", 0x6D: "○", 0x6E: "■", 0x6F: "□", 0x71: "□", 0x75: "◆", 0xA1: "○", 0xA8: "□", 0xD8: "➢", 0xDF: "←",
    0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
    **{0x80 + n: sign for n, sign in enumerate("⓪①②③④⑤⑥⑦⑧⑨⑩")},
    **{0x8B + n: sign for n, sign in enumerate("⓿❶❷❸❹❺❻❼❽❾❿")},
}  # fmt: skip
_WINGDINGS_2 = {0x50: "✓", 0x4F: "✗", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "□", 0x30: "☐"}
_SYMBOL = {
    0xA3: "≤", 0xB0: "°", 0xB1: "±", 0xB3: "≥", 0xB4: "×", 0xB7: "·", 0xB8: "÷", 0xB9: "≠", 0xBB: "≈", 0xA5: "∞",
    0xAE: "→", 0xAC: "←", 0xAD: "↑", 0xAF: "↓", 0x61: "α", 0x62: "β", 0x67: "γ", 0x6D: "μ", 0x6C: "λ", 0x53: "Σ",
    0x57: "Ω", 0x44: "Δ",
}  # fmt: skip
_FONTS = {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2, "symbol": _SYMBOL}
_PRIVATE = range(0xE000, 0xF900)
_MAX_CODE = 0xFFFF
_SURROGATES = range(0xD800, 0xE000)


def symbol(font: str, code: str | None) -> str:
    """Return the character of a symbol font, by its code in hexadecimal; empty for one that is not known."""
    try:
        number = int(code or "", 16)
    except ValueError:
        return ""
    table = _FONTS.get(font.lower())
    if table is not None:
        return table.get(number & 0xFF, "")
    if not 0x20 <= number <= _MAX_CODE or number in _PRIVATE or number in _SURROGATES:
        return ""
    return chr(number)
