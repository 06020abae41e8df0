"""Read PDF (ISO 32000) with pdfium: `reader` is the format, `text` and `rules` read a page, `whole` tells a file that is cut."""
