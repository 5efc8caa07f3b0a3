"""The object store: S3 and nothing but S3, through boto3, which no other module imports.

Only the subset that every S3 implementation has is used: SigV4, Put/Get/Head/Delete, Range, ListObjectsV2, multipart
uploads, presigned URLs. No ACLs, no conditional writes (locks belong in the database), no copies inside the store.
"""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from archive.errors import NotFound, StoreError, StoreUnavailable
from archive.objects.failures import translated
from archive.objects.reader import RangeReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

_CHUNK = 1024 * 1024
_RESUMES = 5
_PART = 16 * 1024 * 1024
_LARGEST_PUT = 64 * 1024 * 1024
MOST_PARTS = 10_000
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

Addressing = Literal["path", "virtual"]
Checksums = Literal["when_supported", "when_required"]


@dataclass(frozen=True)
class ObjectInfo:
    """What the store tells of an object: size in bytes, entity tag without quotes, UTC time of the last change."""

    key: str
    size: int
    etag: str
    modified: datetime


@dataclass(frozen=True)
class Part:
    """One part of an upload under way; numbers start at 1, sizes are bytes."""

    number: int
    size: int
    etag: str


@dataclass(frozen=True)
class Unfinished:
    """A multipart upload that was begun and neither finished nor aborted."""

    key: str
    upload_id: str
    started: datetime


Parts = list[Part]
Uploads = list[Unfinished]  # named here: inside the class, `list` is a method


class ObjectStore:
    """One bucket of an S3 store. Safe to share between threads.

    Every method raises NotFound for an object, upload or bucket that is not there, StoreUnavailable when the store
    does not answer after several tries (DiskFull when it has no room), and StoreError when it refuses.
    """

    def __init__(
        self,
        *,
        endpoint: str,
        bucket: str,
        access_key: str,
        secret_key: str,
        region: str,
        addressing: Addressing = "path",
        checksums: Checksums = "when_supported",
        public_endpoint: str = "",
        attempts: int = 8,
        timeout: float = 60.0,
        connections: int = 32,
        folder: Path | None = None,
    ) -> None:
        """Open nothing yet.

        `folder` is where a store of our own has its files: what cannot be written may be for want of room there.

        `attempts` is how often a request is tried (8: about half a minute of an absent store), `timeout` the seconds
        without an answer after which a try has failed (a SeaweedFS that was killed may let its first write wait 20).
        """
        self.endpoint = endpoint
        self.bucket = bucket
        self.public_endpoint = public_endpoint
        self._access_key = access_key
        self._secret_key = secret_key
        self._region = region
        self._addressing: Addressing = addressing
        self._checksums: Checksums = checksums
        self._timeout = timeout
        self._connections = connections
        self._folder = folder
        self._s3 = self._client(endpoint, attempts)

    def _client(self, endpoint: str, attempts: int) -> "S3Client":
        import boto3.session
        from botocore.config import Config

        local = urlsplit(endpoint).hostname in _LOOPBACK
        # Over plain HTTP botocore signs a SHA-256 of every body. On this machine's own loopback nobody stands between
        # us and the store, and each body carries a CRC: a tenth of the time of an upload for nothing.
        unsigned = local and self._checksums == "when_supported"
        s3: Any = {"addressing_style": self._addressing} | ({"payload_signing_enabled": False} if unsigned else {})
        config = Config(
            signature_version="s3v4",
            connect_timeout=5,
            read_timeout=self._timeout,
            retries={"mode": "standard", "total_max_attempts": attempts},
            max_pool_connections=self._connections,
            s3=s3,
            request_checksum_calculation=self._checksums,
            # Some stores answer a range with the checksum of the whole object. Fixity is OCFL's, by SHA-512.
            response_checksum_validation="when_required",
            proxies={} if local else None,  # a proxy from the environment has no business between us and ourselves
        )
        with self._translated("open"):
            session = boto3.session.Session(region_name=self._region)
            return session.client(
                "s3",
                endpoint_url=endpoint,
                config=config,
                aws_access_key_id=self._access_key,
                aws_secret_access_key=self._secret_key,
            )

    @cached_property
    def _public(self) -> "S3Client":
        """The client that signs URLs for browsers, which may know the store by another name."""
        if not self.public_endpoint or self.public_endpoint == self.endpoint:
            return self._s3
        return self._client(self.public_endpoint, 1)

    def _translated(self, doing: str, key: str = "", *, room: Path | None = None) -> AbstractContextManager[None]:
        return translated(f"{doing} {self.bucket}/{key}" if key else f"{doing} {self.bucket}", self.endpoint, room)

    def _writing(self, doing: str, key: str = "") -> AbstractContextManager[None]:
        return self._translated(doing, key, room=self._folder)

    def ensure_bucket(self) -> None:
        """Make the bucket, private, unless it is there."""
        try:
            with self._translated("look for the bucket"):
                self._s3.head_bucket(Bucket=self.bucket)
        except NotFound:
            place: Any = {} if self._region == "us-east-1" else {"LocationConstraint": self._region}
            wanted: Any = {"CreateBucketConfiguration": place} if place else {}
            with self._writing("make the bucket"):
                self._s3.create_bucket(Bucket=self.bucket, **wanted)

    # -- whole objects

    def put(self, key: str, data: bytes, *, content_type: str = "application/octet-stream") -> None:
        """Write one object whole; when this returns, the store has it."""
        with self._writing("write", key):
            self._s3.put_object(Bucket=self.bucket, Key=key, Body=data, ContentType=content_type)

    def get(self, key: str) -> bytes:
        """Read one object whole into memory."""
        return b"".join(self.stream(key))

    def find(self, key: str) -> bytes | None:
        """Read one object whole into memory, or return None where there is none."""
        try:
            return self.get(key)
        except NotFound:
            return None

    def head(self, key: str) -> ObjectInfo:
        """Return what the store knows of an object."""
        with self._translated("look for", key):
            found = self._s3.head_object(Bucket=self.bucket, Key=key)
        return ObjectInfo(key, found["ContentLength"], found["ETag"].strip('"'), found["LastModified"].astimezone(UTC))

    def exists(self, key: str) -> bool:
        """Return whether there is such an object."""
        try:
            self.head(key)
        except NotFound:
            return False
        return True

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Yield the objects whose keys begin with `prefix`, in the order of their keys."""
        with self._translated("list", prefix):
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
            for page in pages:
                for found in page.get("Contents", []):
                    modified = found["LastModified"].astimezone(UTC)
                    yield ObjectInfo(found["Key"], found["Size"], found["ETag"].strip('"'), modified)

    def delete(self, key: str) -> None:
        """Remove an object; one that is not there is no error."""
        with self._translated("delete", key):
            self._s3.delete_object(Bucket=self.bucket, Key=key)

    def delete_prefix(self, prefix: str) -> int:
        """Remove every object whose key begins with `prefix`, and abort uploads under way there; return how many.

        Raises:
            ValueError: the prefix is empty, which would empty the bucket.
        """
        if not prefix:
            raise ValueError("an empty prefix would delete everything")
        for upload in self.unfinished(prefix):
            self.abort_upload(upload.key, upload.upload_id)
        # One by one: DeleteObjects wants a Content-MD5 or a checksum, and stores differ in which.
        with ThreadPoolExecutor(8, thread_name_prefix="delete") as pool:
            return sum(1 for _ in pool.map(self.delete, [found.key for found in self.list(prefix)]))

    # -- reading

    def _body(self, key: str, start: int, end: int | None, etag: str | None) -> "GetObjectOutputTypeDef":
        """Begin one GET. `etag`: of the object that was begun, so that two are never mixed."""
        wanted: Any = {"Bucket": self.bucket, "Key": key}
        if start or end is not None:
            wanted["Range"] = f"bytes={start}-{'' if end is None else end - 1}"
        if etag is not None:
            wanted["IfMatch"] = etag
        with self._translated("read", key):
            return self._s3.get_object(**wanted)

    def stream(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield bytes `start` up to `end` (exclusive) in chunks of at most 1 MiB, from one GET.

        A range that begins at the object's end or behind it is empty. A connection that breaks is taken up again
        where it stopped, as long as the object is still the same one and each try brings more of it.
        """
        if end is not None and start >= end:
            return
        etag: str | None = None
        position = start
        for attempt in range(_RESUMES):
            try:
                answer = self._body(key, position, end, etag)
            except StoreError as error:
                if error.facts.get("code") == "InvalidRange":
                    return
                raise
            etag, body, before = answer["ETag"], answer["Body"], position
            try:
                with self._translated("read", key):
                    while chunk := body.read(_CHUNK):
                        position += len(chunk)
                        yield chunk
            except StoreUnavailable:
                if attempt == _RESUMES - 1 or (attempt and position == before):
                    raise
            else:
                return
            finally:
                body.close()

    def open(self, key: str) -> io.BufferedReader:
        """Return a seekable file over ranged reads. It reads ahead while it is read in order."""
        info = self.head(key)

        def fetch(start: int, end: int) -> Iterator[bytes]:
            return self.stream(key, start, end)

        return io.BufferedReader(RangeReader(fetch, info.size), buffer_size=256 * 1024)

    def download(self, key: str, path: Path, *, progress: "Callable[[int, int], None] | None" = None) -> None:
        """Copy an object into a file. It lies at `path` only when it is complete.

        `progress` is called with the bytes so far and the bytes in all.
        """
        size = self.head(key).size
        partial = path.with_name(path.name + ".part")
        done = 0
        try:
            with partial.open("wb") as file:
                for chunk in self.stream(key):
                    file.write(chunk)
                    done += len(chunk)
                    if progress:
                        progress(done, size)
            if done != size:
                raise StoreError(f"{key} has {size:,} bytes, but {done:,} came.", "Try again.", key=key)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)

    # -- uploads in parts

    def upload(self, key: str, path: Path, *, content_type: str = "application/octet-stream") -> None:
        """Send a file that we made ourselves; a large one goes in parts. `upload.send` is for sources."""
        size = path.stat().st_size
        if size <= _LARGEST_PUT:
            with path.open("rb") as file, self._writing("write", key):
                self._s3.put_object(Bucket=self.bucket, Key=key, Body=file, ContentType=content_type)
            return
        part_size = max(_PART, -(-size // MOST_PARTS))
        upload_id = self.start_upload(key, content_type)
        try:
            with path.open("rb") as file:
                parts = [
                    Part(number, len(data), self.put_part(key, upload_id, number, data))
                    for number, data in enumerate(_pieces(file, part_size), 1)
                ]
            self.finish_upload(key, upload_id, parts)
        except BaseException:
            self.abort_upload(key, upload_id)
            raise

    def start_upload(self, key: str, content_type: str = "application/octet-stream") -> str:
        """Begin an upload in parts and return its id. It costs space until it is finished or aborted."""
        with self._writing("begin the upload of", key):
            begun = self._s3.create_multipart_upload(Bucket=self.bucket, Key=key, ContentType=content_type)
        return begun["UploadId"]

    def put_part(self, key: str, upload_id: str, number: int, data: bytes) -> str:
        """Send one part (number 1 to 10,000; at least 5 MiB but for the last); return its entity tag."""
        with self._writing(f"write part {number} of", key):
            sent = self._s3.upload_part(Bucket=self.bucket, Key=key, UploadId=upload_id, PartNumber=number, Body=data)
        return sent["ETag"].strip('"')

    def parts(self, key: str, upload_id: str) -> Parts:
        """Return the parts that have arrived, in their order."""
        with self._translated("list the parts of", key):
            pages = self._s3.get_paginator("list_parts").paginate(Bucket=self.bucket, Key=key, UploadId=upload_id)
            return [
                Part(part["PartNumber"], part["Size"], part["ETag"].strip('"'))
                for page in pages
                for part in page.get("Parts", [])
            ]

    def finish_upload(self, key: str, upload_id: str, parts: Parts) -> None:
        """Make the object out of its parts."""
        wanted: Any = [{"PartNumber": part.number, "ETag": part.etag} for part in sorted(parts, key=_number)]
        try:
            with self._writing("finish the upload of", key):
                self._s3.complete_multipart_upload(
                    Bucket=self.bucket, Key=key, UploadId=upload_id, MultipartUpload={"Parts": wanted}
                )
        except NotFound:
            # A first try may have succeeded and its answer been lost; then the retry finds no such upload.
            if not self.exists(key) or self.head(key).size != sum(part.size for part in parts):
                raise

    def abort_upload(self, key: str, upload_id: str) -> None:
        """Throw an upload's parts away; one that is not there is no error."""
        try:
            with self._translated("abort the upload of", key):
                self._s3.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload_id)
        except NotFound:
            pass

    def unfinished(self, prefix: str = "") -> Uploads:
        """Return the uploads under way whose keys begin with `prefix`."""
        with self._translated("list the uploads of", prefix):
            pages = self._s3.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket, Prefix=prefix)
            return [
                Unfinished(found["Key"], found["UploadId"], found["Initiated"].astimezone(UTC))
                for page in pages
                for found in page.get("Uploads", [])
                if found["Key"].startswith(prefix)
            ]

    # -- presigned URLs, as browsers reach the store

    def presign_get(self, key: str, *, seconds: int) -> str:
        """Return a URL that reads one object for so many seconds, whoever holds it."""
        wanted = {"Bucket": self.bucket, "Key": key}
        with self._translated("sign a link to", key):
            return self._public.generate_presigned_url("get_object", Params=wanted, ExpiresIn=seconds)

    def presign_part(self, key: str, upload_id: str, number: int, *, seconds: int) -> str:
        """Return a URL that takes one part of an upload by PUT."""
        wanted = {"Bucket": self.bucket, "Key": key, "UploadId": upload_id, "PartNumber": number}
        with self._translated("sign a link to", key):
            return self._public.generate_presigned_url("upload_part", Params=wanted, ExpiresIn=seconds)


def _number(part: Part) -> int:
    return part.number


def _pieces(file: IO[bytes], size: int) -> Iterator[bytes]:
    while data := file.read(size):
        yield data
