"""What a link leads to, shown under the message: a page is fetched (`fetching`), read (`reading`), and told of.

Off unless the operator wants it: this server asks other servers then, and they learn of it.
"""
