"""How objects are addressed: in the path, or in the host's name as Aliyun OSS and Tencent COS want it."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from archive.objects.store import ObjectStore


def store(**more: Any) -> ObjectStore:
    given = {"endpoint": "https://oss.example", "bucket": "shijiao", "access_key": "a", "secret_key": "s"}
    return ObjectStore(**(given | {"region": "cn-lanzhou"} | more))


@pytest.mark.parametrize(
    ("addressing", "begins"),
    [("path", "https://oss.example/shijiao/a/b.mp4"), ("virtual", "https://shijiao.oss.example/a/b.mp4")],
)
def test_the_bucket_stands_where_the_setting_says(addressing: Any, begins: str) -> None:
    url = urlsplit(store(addressing=addressing).presign_get("a/b.mp4", seconds=60))
    assert f"{url.scheme}://{url.netloc}{url.path}" == begins
    asked = parse_qs(url.query)
    assert asked["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert asked["X-Amz-Expires"] == ["60"]
