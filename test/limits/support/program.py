"""A server that does what it is told: listens on the UNIX socket in argv, runs the shell command that a POST brings, and says what it printed.

/run waits for the command; /spawn does not; /eat?N takes N MiB itself.
"""
import os
import socketserver
import subprocess
import sys
from http.server import BaseHTTPRequestHandler


class Handler(BaseHTTPRequestHandler):
    def answer(self, text):
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer("{}")

    def do_POST(self):
        command = self.rfile.read(int(self.headers["Content-Length"])).decode()
        verb = self.path.rsplit("/", 1)[-1]
        if verb.startswith("eat?"):
            self.server.eaten = bytearray(os.urandom(1024) * 1024 * int(verb[4:]))
            self.answer("eaten")
        elif verb == "spawn":
            self.answer(str(subprocess.Popen(["sh", "-c", command], start_new_session=True).pid))
        else:
            done = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
            self.answer(done.stdout + done.stderr)

    def address_string(self):
        return "proxy"


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


os.umask(0o007)
print("listening on", sys.argv[1], flush=True)
Server(sys.argv[1], Handler).serve_forever()
