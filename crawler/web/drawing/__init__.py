"""Drawings as data for templates: where things stand and how large they are. Pure geometry; colours are the style sheet's."""
