"""Commands of the viewer: `serve`, `site`."""
