"""Figures that nearly every report gives, such as cases of reconsideration, found by rules that are data.

`numbers` reads numbers, `sentences` cuts the text and makes its words plain, `context` tells what is no figure of the year,
`rules` reads rules.yaml, `statements` finds the figures of one text, `panel` those of an archive.
"""
