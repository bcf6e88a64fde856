"""cpppo's EtherNet/IP server in a process of its own: `ethernet_ip_server.py PORT` reads {tag: [type, values]} as a line of JSON."""

import json
import sys

from cpppo.server.enip import device
from cpppo.server.enip.main import main

given = json.loads(sys.stdin.readline())


class Loaded(device.Attribute):
    """A tag that begins with the values given."""

    def __init__(self, name, type_cls, default=0, **more):
        super().__init__(name, type_cls, default=given[name][1] if name in given else default, **more)


tags = [f"{name}={kind}[{len(values)}]" for name, (kind, values) in given.items()]
main(["--no-config", "-U", "-A", "-a", f"127.0.0.1:{sys.argv[1]}", *tags], attribute_class=Loaded)
