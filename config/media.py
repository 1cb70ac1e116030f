"""Which storage keeps what people send: as the environment says, on this machine by default."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any


def media_storage(env: Mapping[str, Any], *, directory: Path) -> dict[str, Any]:
    """The storage `media`, in the shape of Django's STORAGES."""
    if env["CLOUDINARY_URL"]:
        return {"BACKEND": "chat.media.cloudinary.CloudinaryMedia", "OPTIONS": {"url": env["CLOUDINARY_URL"]}}
    if env["S3_BUCKET"]:
        return {"BACKEND": "chat.media.s3.S3Media", "OPTIONS": _s3(env)}
    return {"BACKEND": "chat.media.storage.LocalMedia", "OPTIONS": {"location": directory}}


def _s3(env: Mapping[str, Any]) -> dict[str, Any]:
    """Nobody gets at the bucket but this server, so nothing is signed for others."""
    return {
        "bucket_name": env["S3_BUCKET"],
        "endpoint_url": env["S3_ENDPOINT_URL"] or None,
        "region_name": env["S3_REGION"] or None,
        "location": "parley",
        "default_acl": None,  # the bucket's own rule, which must be private
        "file_overwrite": True,  # names are random
        "querystring_auth": False,
    }
