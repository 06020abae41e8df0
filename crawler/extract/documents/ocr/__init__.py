"""Texts that were recognised on images: `record` is the form in which they are kept, and its reader."""
