"""Memento (RFC 7089): archived pages by address and time. TimeGate, TimeMaps, and the captures themselves.

`addresses` reads and writes the addresses, `captures` chooses one, `timemap` lists them, `archived_page` shows one without its
scripts, `endpoints` answers.
"""
