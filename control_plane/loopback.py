"""Nothing listens beyond loopback until TLS joins: what comes by is in clear."""

from ipaddress import ip_address

from control_plane.errors import StartError


def require_loopback(name: str, host: str) -> str:
    """Return the host if it is a loopback address, IPv4 or IPv6.

    Raises:
        StartError: it is not; the text tells the name of the setting.

    """
    try:
        is_loopback = ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise StartError(f"{name}: must be a loopback address such as 127.0.0.1; there is no TLS yet")
    return host
