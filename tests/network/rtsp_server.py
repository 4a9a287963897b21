"""An RTSP(S) camera that shows a moving ball at /live, on GStreamer; runs with the system's Python.

`/usr/bin/python3 rtsp_server.py PORT jpeg|h264 none|basic|digest tcp|udp [CERTIFICATE.pem KEY.pem]`
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

USER, PASSWORD = "user", "s@:/?#%41x"
_PICTURES = (
    "videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=640,height=480,framerate=25/1"
)
_PAYLOADS = {
    "jpeg": "jpegenc ! rtpjpegpay name=pay0 pt=26",
    # A key frame every 2 s, as in cameras.
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=50 ! rtph264pay name=pay0 pt=96",
}


def main(port: str, codec: str, method: str, transport: str, *files: str) -> None:
    """Serve until killed."""
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {_PICTURES} ! {_PAYLOADS[codec]} )")
    factory.set_protocols(GstRtsp.RTSPLowerTrans.UDP if transport == "udp" else GstRtsp.RTSPLowerTrans.TCP)
    auth = GstRtspServer.RTSPAuth()
    if method != "none":
        _ask_for_password(auth, factory, method)
    if files:
        auth.set_tls_certificate(Gio.TlsCertificate.new_from_files(*files))
    if files or method != "none":
        server.set_auth(auth)
    server.get_mount_points().add_factory("/live", factory)
    server.attach(None)
    GLib.MainLoop().run()


def _ask_for_password(
    auth: GstRtspServer.RTSPAuth, factory: GstRtspServer.RTSPMediaFactory, method: str
) -> None:
    token = GstRtspServer.RTSPToken()
    token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, "viewer")
    rights = "viewer,media.factory.access=true,media.factory.construct=true"
    factory.add_role_from_structure(Gst.Structure.from_string(rights)[0])
    if method == "basic":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC)
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(USER, PASSWORD), token)
    else:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(USER, PASSWORD, token)


if __name__ == "__main__":
    main(*sys.argv[1:])
