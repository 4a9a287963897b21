"""The address that the video library gets of a camera whose every address is judged."""

from contextlib import closing
from urllib.parse import SplitResult, urlsplit, urlunsplit

from edge.cameras.sources.address import TLS_SCHEMES, Address
from edge.cameras.sources.base import SourceError
from edge.cameras.sources.http_picture import PictureClient
from edge.cameras.sources.reach import Reach
from edge.cameras.sources.rtsp_redirect import refers_elsewhere
from edge.process.connection_causes import why_no_connection

# FFmpeg's names of containers that refer to no other address, as an HLS playlist does.
_CONTAINERS = (
    "rtsp,sdp,rtp,mpjpeg,mjpeg,mjpeg_2000,jpeg_pipe,png_pipe,webp_pipe,bmp_pipe,gif,image2,image2pipe,"
    "mpegts,matroska,webm,mov,mp4,flv,live_flv,avi,asf,ogg,h264,hevc"
)


def pinned(address: Address, reach: Reach, *, limit_s: float) -> tuple[str, dict[str, str]]:
    """The URL to open, with a checked IP address in it, and the library's options beside it; SourceError.

    With TLS the name stays, to which the certificate has to belong.
    """
    if address.scheme in ("http", "https"):
        with closing(PictureClient(address, limit_s=limit_s, reach=reach)) as client:
            url = client.locate()
            login = client.may_know_password(url)
        options = {"max_redirects": "0", "format_whitelist": _CONTAINERS}
        if url.scheme == "http":
            options["headers"] = f"Host: {url.netloc}\r\n"
    else:
        url, login, options = urlsplit(address.url), True, {}
    try:
        ip = reach.address(url.hostname or "", url.port or address.port)
    except (OSError, UnicodeError) as error:
        raise SourceError(f"{address.name}: {why_no_connection(error, limit_s=limit_s)}") from None
    if address.scheme.startswith("rtsp") and refers_elsewhere(address, ip, limit_s=limit_s):
        raise SourceError(f"{address.name}: refers to another address; write that one")
    own_login = urlsplit(address.url).netloc.rpartition("@")[0] if login else ""
    host = (url.hostname or "") if url.scheme in TLS_SCHEMES else ip
    return _with(url, host=host, login=own_login), options


def _with(url: SplitResult, *, host: str, login: str) -> str:
    shown = f"[{host}]" if ":" in host else host
    return urlunsplit(url._replace(netloc=f"{login}@" * bool(login) + f"{shown}:{url.port}"))
