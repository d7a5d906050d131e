"""Answers everybody who comes to the socket with the name and version of the shop."""
import os
import pathlib
import socket
import sys

path = sys.argv[1]
version = pathlib.Path(__file__).with_name("version").read_text().strip()
if "sick" in version:
    sys.exit("this version cannot serve")
if os.path.exists(path):
    os.remove(path)
server = socket.socket(socket.AF_UNIX)
server.bind(path)
server.listen(100)
body = f"shop {version}\n".encode()
while True:
    visitor, _ = server.accept()
    with visitor:
        visitor.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
