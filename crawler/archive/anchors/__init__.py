"""Anchors: signatures (Ed25519) and time stamps (RFC 3161) of heads, kept in `anchors/` and entered in the manifest.

`keys` makes, loads and checks keys; `statement` is what a key signs and an authority stamps; `stamps` requests and checks
time stamps; `folder` writes and reads the files. Nothing here uses the network. The libraries come with the extra `anchor`
and are imported where they are used, so that everything else works without them.
"""
