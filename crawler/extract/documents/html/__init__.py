"""Read HTML pages. `reader` is the entry: `candidates` and `hints` find the article, `head_clues` reads the page's head."""
