"""Who is here: leases in Redis and the time somebody was last seen. Knows user ids and nothing of rooms."""
