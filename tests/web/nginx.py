"""A real nginx with the configuration that the docs give."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from services.adapters.certificates import make_certificate
from tests.servers import Server, running

ROOT = Path(__file__).resolve().parents[2]
HOST, PREFIX = "shop.example", "/lookalike/"
# The frame that Debian's own file puts around it; its worker must be able to read a test's folder.
_AROUND = """
user root; daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
events {{}}
http {{
    access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    {server}
}}
"""


@contextlib.contextmanager
def nginx(folder: Path, *, port: int, target: int) -> Iterator[Server]:
    """A nginx that serves HOST with https on `port`, in front of an api on the port `target`."""
    certificate, key = make_certificate([HOST])
    (folder / "shop.pem").write_bytes(certificate)
    (folder / "shop.key").write_bytes(key)
    server = (ROOT / "deploy" / "nginx.conf").read_text()
    for ours, here in (
        ("listen 443 ", f"listen 127.0.0.1:{port} "),
        ("http://127.0.0.1:8080/", f"http://127.0.0.1:{target}/"),
        ("/etc/ssl/shop.example.", f"{folder}/shop."),
    ):
        assert ours in server
        server = server.replace(ours, here)
    (folder / "nginx.conf").write_text(_AROUND.format(folder=folder, server=server))
    command = ["/usr/sbin/nginx", "-c", str(folder / "nginx.conf"), "-e", f"{folder}/error.log"]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    yield from running(Server("https", command, port=port))
