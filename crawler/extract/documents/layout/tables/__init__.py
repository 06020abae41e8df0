"""Find tables on a drawn page: `grids` by their rules (`strokes`, `cells`), `aligned` by rows whose pieces stand below each other."""
