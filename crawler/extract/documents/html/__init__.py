"""HTML pages. `reader` is the way in: it finds the article with `candidates` and `hints` and reads the head with `head_clues`."""
