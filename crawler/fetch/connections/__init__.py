"""Sockets: which addresses may be connected to, TLS, and the answer's head as it was sent.

`network` is the bottom transport; `guard` and `public_addresses` refuse addresses that are not public; `streams`, `tls`,
`raw_heads` and `descriptors` each do one thing for it; `failures` turns httpx's exceptions into ours.
"""
