"""From the address of a site to a working entry of sources.yaml: `add` writes it, `check` tries it, `fixtures` saves its pages."""
