"""Answers that are kept, and handed out again only while they are what would be answered now.

Most pages that people load are what they were a moment ago, and making one costs thirty times what it takes to find
that out. So an answer to a GET is kept in the worker's memory, with a proof: a stamp of every row that it was made of
(`chat.stamps`), and who was here. Each request asks PostgreSQL for the stamp as it is now, in the same statement by
which it learns that the session lives; if it is the same, the answer is sent, else another one is made. Nothing is told
to forget anything, nothing expires, and workers need not know of each other: an answer cannot be old, only of no use.

    questions   what a request asks: all that the answer may vary by; the view gets to see no more than that
    drawing     Django makes the answer in one state of the database, and the stamp is of that state
    bodies      compressed once, with holes for tokens and the like, which are new in every answer
    store       so many bytes, and what was not asked for the longest goes first
    front       puts it together

A view says by `chat.keeping.kept` that its answers may be kept, and what they are made of. Rows of a table that it did
not name are noticed when they are read: such an answer is not kept. A new thing that is read elsewhere than from rows,
or that changes by itself, is told to `accounts.dependencies`. `tests/chat/test_kept_pages.py` holds all of this against
every change that anybody can make.
"""
