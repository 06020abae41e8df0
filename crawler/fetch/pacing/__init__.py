"""Whether and when a request is sent: robots.txt, circuit breaker, the delay between requests, retries.

In the order of a request: `retries` repeats failed fetches; `robots` obeys robots.txt; `circuit_breaker` skips hosts
that keep failing, and `proxy_breaker` proxies; `polite` waits until the server may be asked. All but `retries` are transports.
"""
