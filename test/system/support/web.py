#!/usr/bin/python3
"""A small web server for tests: web unix:PATH or web PORT. GET tells who answers, POST runs a script as the server would."""
import http.server, os, signal, socketserver, subprocess, sys

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"{self.path} by {os.getuid()}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_POST(self):
        script = self.rfile.read(int(self.headers["Content-Length"]))
        ran = subprocess.run(["sh", "-c", script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        self.send_response(200)
        self.send_header("Content-Length", str(len(ran.stdout)))
        self.send_header("X-Code", str(ran.returncode))
        self.end_headers()
        self.wfile.write(ran.stdout)

    def address_string(self):
        return "peer"

class Unix(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    def get_request(self):
        request, _ = super().get_request()
        return request, ("peer", 0)

signal.signal(signal.SIGINT, lambda *_: os._exit(0))
where = sys.argv[1]
if where.startswith("unix:"):
    server = Unix(where[5:], Answer)
    # The proxy reaches it by an entry of the access list that the group's bits bound.
    os.chmod(where[5:], 0o660)
else:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(where)), Answer)
server.serve_forever()
