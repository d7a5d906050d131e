"""Gives each visitor of port 8080 to the slot that is in use at that moment."""
import shutil
import socket
import socketserver


class Visit(socketserver.StreamRequestHandler):
    def handle(self):
        self.rfile.readline()
        with socket.socket(socket.AF_UNIX) as slot:
            slot.connect("/var/lib/shop-live/sock")
            shutil.copyfileobj(slot.makefile("rb"), self.wfile)


class Front(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    request_queue_size = 100


Front(("", 8080), Visit).serve_forever()
