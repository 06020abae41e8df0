"""Sockets: which IP addresses may be connected to, TLS, connection pools, proxies, and the raw head of each answer.

`network` is the bottom transport: one connection pool (`pools`) per server, at most as many connections as `descriptors`
allows. `raw_heads` keeps and repairs the head of each answer. `guard` resolves names and refuses what `public_addresses`
does not call public. `streams` opens the socket; `tls` sets up TLS. Behind a proxy `tunnels` has it connect, with
`socks5` or `http_connect`, or `forwarding` sends it the requests; `proxies` has its credentials and the names that are
refused. `failures` maps httpx's exceptions to ours.
"""
