"""Ends well when a socket answers within ten seconds."""
import socket
import sys
import time

for _ in range(100):
    try:
        with socket.socket(socket.AF_UNIX) as slot:
            slot.connect(sys.argv[1])
            if b"200 OK" in slot.recv(100):
                sys.exit(0)
    except OSError:
        time.sleep(0.1)
sys.exit("it does not answer")
