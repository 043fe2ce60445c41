"""A reverse proxy in front of the page: which one is trusted, and who is behind it.

A proxy speaks for its visitors: it tells their addresses in X-Forwarded-For and the name that they
asked for in Host. Anybody can send such headers, so they count only from an address that whoever
runs the page has named.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from briefqa.errors import ServeError

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?")
_NETWORK_OF_ONE = 64
"""Bits of an IPv6 address by which a household or a server is told from others."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """The trusted proxies' networks, and the names (with a port, unless it is the usual one) under
    which visitors reach the page through them.
    """

    trusted: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    public_hosts: tuple[str, ...] = ()

    def trusts(self, peer: str) -> bool:
        """Whether the other end of a connection, an IP address, is a trusted proxy."""
        address = _address(peer)
        return address is not None and any(address in network for network in self.trusted)

    def client(self, peer: str, forwarded_for: str | None) -> str:
        """The address of who sent a request that came from `peer`.

        `forwarded_for` is the request's X-Forwarded-For: each proxy adds at its end whom it was
        called by, so that the last address that is no trusted proxy's is the client's. Those
        before it were written by the client, who may write anything.
        """
        client = peer
        hops = [hop.strip() for hop in (forwarded_for or "").split(",")]
        while self.trusts(client) and hops:
            hop = hops.pop()
            if _address(hop) is None:
                break
            client = hop
        address = _address(client)
        if isinstance(address, ipaddress.IPv6Address):  # who has one has all of its network
            return str(ipaddress.ip_network((address, _NETWORK_OF_ONE), strict=False))
        return client if address is None else str(address)


def configured(trusted: Sequence[str], public_hosts: Iterable[str]) -> Proxy:
    """Addresses or networks, and names, as a person gives them.

    Raises ServeError for one that cannot be used.
    """
    networks = []
    for text in trusted:
        try:
            networks.append(ipaddress.ip_network(text.strip(), strict=False))
        except ValueError:
            raise ServeError(
                f"'{text}' is no IP address or network of a proxy: give --trusted-proxy one such "
                "as 127.0.0.1 or 172.16.0.0/12."
            ) from None
    names = [name.strip().lower() for name in public_hosts]
    for name in names:
        if not _NAME.fullmatch(name):
            raise ServeError(
                f"'{name}' is no name of a host: give --public-host the one that stands in the "
                "page's address, such as briefs.example or briefs.example:8443."
            )
    return Proxy(tuple(networks), tuple(names))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
