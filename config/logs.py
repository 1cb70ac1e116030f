"""Log lines: time, worker, level where it is worth a word, logger, text."""

import logging
import os


class LineFormatter(logging.Formatter):
    """`12:03:44 w1 chat.hub: text` (w1 a web worker, j1 a job worker), with the level where it is WARNING or more."""

    def __init__(self) -> None:
        worker = os.environ.get("PARLEY_WORKER")
        super().__init__(f"%(asctime)s {f'{worker} ' if worker else ''}%(message)s", "%Y-%m-%d %H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's name
        level = f"{record.levelname} " if record.levelno >= logging.WARNING else ""
        record.message = f"{level}{record.name}: {record.message}"
        return super().formatMessage(record)
