"""Mail to people: which there are (`kinds`), asking for one (`outbox`), what stands in it (`writing`), `delivery`.

Never in a request: whoever wants a mail leaves a row and a job, in the transaction of what it is about.
"""
