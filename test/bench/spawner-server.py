#!/usr/bin/python3 -SE
"""What the bench of the spawner starts: a small web server where JUPYTERHUB_SERVICE_URL says, a UNIX socket or a port. Tells since when it listens.

The server of "slow" takes its time before it does.
"""
import http.server
import os
import socketserver
import time
from urllib.parse import unquote, urlsplit


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.headers.get("Upgrade") == "websocket":
            self.send_response(101)
            self.send_header("Connection", "Upgrade")
            self.send_header("Upgrade", "websocket")
            self.end_headers()
            # Whatever arrives goes back, until the other end is gone.
            while chunk := self.connection.recv(4096):
                self.connection.sendall(chunk)
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("X-Since", str(since))
        self.send_header("X-JupyterHub-Version", "5.2.1")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def address_string(self):
        return "peer"

    def log_message(self, *_):
        pass


class Unix(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    request_queue_size = 16


if os.environ.get("JUPYTERHUB_USER") == "slow":
    time.sleep(2.5)
url = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
if url.scheme == "http+unix":
    path = unquote(url.netloc)
    server = Unix(path, Answer)
    os.chmod(path, 0o660)
else:
    server = http.server.ThreadingHTTPServer((url.hostname, url.port), Answer)
since = time.time() * 1000
server.serve_forever()
