"""Files at Cloudinary, by its SDK. They go there from this server and come back through it.

Each is stored as it is (`raw`), as `authenticated`: without a signature nobody gets it, and only we can sign. Such an
address holds for ever, so nobody else is ever told one: the server fetches the file for each who may see it.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import urllib3
from cloudinary import uploader
from cloudinary.exceptions import Error
from cloudinary.utils import api_sign_request, cloudinary_url
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from django.utils.deconstruct import deconstructible

SECONDS = 20.0
"""How long one answer of Cloudinary may take."""

CHUNK = 64 * 1024
AT_ONCE = 6 * 1024 * 1024
"""Bytes that are sent in one request, and so held in memory; Cloudinary takes no chunks below 5 MB."""

_KIND = {"resource_type": "raw", "type": "authenticated"}


class CloudinaryError(OSError):
    """Cloudinary refused, failed, or said something that cannot be so."""


@deconstructible
class CloudinaryMedia(Storage):
    """``url`` is what Cloudinary's console calls the API environment variable: `cloudinary://key:secret@cloud`.

    ``folder`` begins all names, so that installations can share an account.
    """

    def __init__(self, url: str, folder: str = "parley") -> None:
        parts = urlsplit(url)
        if parts.scheme != "cloudinary" or not (parts.username and parts.password and parts.hostname):
            raise ImproperlyConfigured("CLOUDINARY_URL must be like cloudinary://key:secret@cloud.")
        self._secret = unquote(parts.password)
        self._folder = folder
        self._account: dict[str, Any] = {
            **dict(parse_qsl(parts.query)),
            "cloud_name": parts.netloc.rpartition("@")[2],
            "api_key": unquote(parts.username),
            "api_secret": self._secret,
        }
        self._http = urllib3.PoolManager(timeout=SECONDS, retries=False)

    def _save(self, name: str, content: File[Any]) -> str:
        public_id = self._public_id(name)
        options = {**_KIND, **self._account, "public_id": public_id, "overwrite": False, "timeout": SECONDS}
        try:
            told = self._send(content, options)
        except Error as error:
            raise CloudinaryError(str(error)) from error
        if not self._is_true(told, public_id, content.size):
            self.delete(name)
            raise CloudinaryError(f"What Cloudinary says of {public_id} is not what was sent.")
        return name

    def _send(self, content: File[Any], options: dict[str, Any]) -> dict[str, Any]:
        content.seek(0)
        told: dict[str, Any]
        if content.size > AT_ONCE:
            # it closes what it has read, and that is not ours to give
            told = uploader.upload_large(_Unclosed(content), chunk_size=AT_ONCE, filename="file", **options)
        else:
            told = uploader.upload(content.read(), filename="file", **options)
        return told

    def _is_true(self, told: dict[str, Any], public_id: str, size: int) -> bool:
        named = {"public_id": public_id, "version": told.get("version")}
        signature = api_sign_request(named, self._secret, signature_version=1)
        signed = hmac.compare_digest(signature, str(told.get("signature")))
        return signed and told.get("public_id") == public_id and told.get("bytes") == size

    def delete(self, name: str) -> None:
        options = {**_KIND, **self._account, "invalidate": True, "timeout": SECONDS}
        try:
            told = uploader.destroy(self._public_id(name), **options)
        except Error as error:
            raise CloudinaryError(str(error)) from error
        if told.get("result") not in {"ok", "not found"}:
            raise CloudinaryError(f"Cloudinary did not delete {name}: {told.get('result')}")

    def read_range(self, name: str, start: int, stop: int) -> Iterator[bytes]:
        """The bytes from ``start`` up to ``stop``, as they come."""
        response = self._fetch(name, {"Range": f"bytes={start}-{stop - 1}"})
        skipped, left = start if response.status == 200 else 0, stop - start
        try:
            for chunk in response.stream(CHUNK):
                chunk, skipped = chunk[skipped:], max(0, skipped - len(chunk))
                yield chunk[:left]
                left -= len(chunk)
                if left <= 0:
                    return
        except urllib3.exceptions.HTTPError as error:
            raise CloudinaryError(str(error)) from error
        finally:
            response.close()
        raise CloudinaryError(f"Cloudinary has less of {name} than was sent.")

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        return ContentFile(self._fetch(name, {}).data, name=name)

    def _fetch(self, name: str, headers: dict[str, str]) -> Any:
        options = {"secure": True, **self._account, **_KIND}
        options["secure"] = str(options["secure"]).lower() != "false"
        address, _ = cloudinary_url(self._public_id(name), sign_url=True, **options)
        try:
            response = self._http.request("GET", address, headers=headers, preload_content=False)
        except urllib3.exceptions.HTTPError as error:
            raise CloudinaryError(str(error)) from error
        if response.status not in {200, 206}:
            response.close()
            raise CloudinaryError(f"Cloudinary answers {response.status} for {name}.")
        return response

    def exists(self, name: str) -> bool:
        """Names are random: none is there before."""
        return False

    def _public_id(self, name: str) -> str:
        return f"{self._folder}/{name}"


class _Unclosed:
    """A file that stays open."""

    name = "file"

    def __init__(self, file: File[Any]) -> None:
        self._file: Any = file
        self.read, self.seek, self.tell = self._file.read, self._file.seek, self._file.tell

    def __enter__(self) -> _Unclosed:
        return self

    def __exit__(self, *failure: object) -> None:
        pass
