"""How much a machine can carry: real sockets against a running server, as `manage.py loadtest` opens them."""
