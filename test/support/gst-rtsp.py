"""Serves a video file by GStreamer's gst-rtsp-server: an RTSP server that is not ours, for tests.

Prints one line of JSON with its port when it listens. Ends with its parent, and when stdin ends.
Usage: gst-rtsp.py '{"file": ..., "path": ..., "username": ..., "password": ..., "auth": "basic" | "digest"}'
"""
import ctypes
import json
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
parent = os.getppid()
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
if os.getppid() != parent:
    sys.exit("the parent is gone")

import gi  # noqa: E402

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

options = json.loads(sys.argv[1])
Gst.init(None)
loop = GLib.MainLoop()

codec = options.get("codec", "h264")
rtp = {"h264": "h264", "hevc": "h265"}[codec]
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(
    f'( filesrc location="{options["file"]}" ! qtdemux ! {rtp}parse config-interval=-1 ! rtp{rtp}pay name=pay0 pt=96 )'
)
factory.set_shared(options.get("shared", False))

server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service("0")
if options.get("username"):
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth = GstRtspServer.RTSPAuth()
    if options.get("auth", "digest") == "digest":
        from gi.repository import GstRtsp  # noqa: E402

        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(options["username"], options["password"], token)
    else:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(options["username"], options["password"]), token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("viewer", "media.factory.access", True)
    permissions.add_permission_for_role("viewer", "media.factory.construct", True)
    factory.set_permissions(permissions)

server.get_mount_points().add_factory(options["path"], factory)
if server.attach(None) == 0:
    sys.exit("gst-rtsp-server cannot listen")


def on_stdin(_channel, _condition):
    loop.quit()
    return False


GLib.io_add_watch(0, GLib.PRIORITY_DEFAULT, GLib.IOCondition.HUP, on_stdin)
print(json.dumps({"port": server.get_bound_port()}), flush=True)
loop.run()
