"""Refuses every connection that would leave this machine, and writes down that it was tried.

An audit hook sees all of TCP, UDP and name look-up, also in imports and in fixtures. Libraries
swallow the error, as they do on a machine that is offline: so what fails a test is the line in
the file named by SEHAT_TEST_OFFLINE_LOG. `sitecustomize.py` beside this file brings the same to
every Python process that a test starts.
"""

import os
import sys

LOG = "SEHAT_TEST_OFFLINE_LOG"
_FAMILIES = {2: "IPv4", 10: "IPv6", 30: "IPv6"}  # AF_INET, AF_INET6 of Linux and of macOS
_NAMES = {"", "localhost", "ip6-localhost"}


class NetworkRefused(ConnectionRefusedError):
    """A test tried to reach another machine."""


def is_local(host: object) -> bool:
    import ipaddress
    import socket

    if host is None:
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if name in _NAMES or name == socket.gethostname():
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _hook(event: str, args: tuple[object, ...]) -> None:
    if not event.startswith("socket."):
        return
    if event in ("socket.connect", "socket.sendto"):
        family, address = getattr(args[0], "family", None), args[-1]
        if family not in _FAMILIES or not isinstance(address, tuple):
            return
        host: object = address[0]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = args[0]
    else:
        return
    if not is_local(host):
        with open(os.environ[LOG], "a") as log:  # noqa: PTH123  # pathlib is not loaded this early
            log.write(f"{event} {host!r} by {' '.join(sys.argv)}\n")
        raise NetworkRefused(f"tests may not leave this machine: {event} {host!r}")


_refusing = False


def refuse_the_network() -> None:
    """From now on and for good: an audit hook cannot be taken away."""
    global _refusing
    if not _refusing:
        sys.addaudithook(_hook)
        _refusing = True
