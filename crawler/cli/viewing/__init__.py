"""Commands of the viewer: `serve`."""
