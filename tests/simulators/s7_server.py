"""The C++ server of snap7, in a process of its own: `s7_server.py PORT` reads {"DB5" | "M" | "I" | "Q" | "T" | "C": hex} as a line of JSON."""

import ctypes
import json
import sys

import snap7
from snap7.type import SrvArea

AREAS = {"DB": SrvArea.DB, "M": SrvArea.MK, "I": SrvArea.PE, "Q": SrvArea.PA, "T": SrvArea.TM, "C": SrvArea.CT}

server = snap7.server.Server(log=False)
kept = []
for name, body in json.loads(sys.stdin.readline()).items():
    area, number = ("DB", int(name[2:])) if name.startswith("DB") else (name, 0)
    data = bytes.fromhex(body)
    kept.append((ctypes.c_char * len(data)).from_buffer_copy(data))
    server.register_area(AREAS[area], number, kept[-1])
server.start_to("127.0.0.1", int(sys.argv[1]))
sys.stdout.write("ready\n")
sys.stdout.flush()
sys.stdin.readline()
