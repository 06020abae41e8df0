"""When and whether a request may be made: robots.txt, the delay between requests, retries, the circuit breaker."""
