"""Files in a bucket of S3 or what speaks like it, by django-storages: only what is asked for is fetched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError
from django.utils.deconstruct import deconstructible
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

CHUNK = 64 * 1024

CLIENT = Config(
    connect_timeout=5,
    read_timeout=20,
    retries={"total_max_attempts": 2},
    # Amazon has new checksums that are sent behind the file; others refuse such a request.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
"""What is said to each server, in seconds where it is of time."""


@deconstructible
class S3Media(S3Storage):  # type: ignore[misc]  # it has no types
    """A bucket that nobody reaches but this server."""

    client_config: Any

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.client_config = self.client_config.merge(CLIENT)

    def read_range(self, name: str, start: int, stop: int) -> Iterator[bytes]:
        """The bytes from ``start`` up to ``stop``, as they come; raises ``FileNotFoundError``."""
        key = self._normalize_name(clean_name(name))
        try:
            body = self.bucket.Object(key).get(Range=f"bytes={start}-{stop - 1}")["Body"]
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                raise FileNotFoundError(name) from error
            raise
        with body:
            yield from body.iter_chunks(CHUNK)
