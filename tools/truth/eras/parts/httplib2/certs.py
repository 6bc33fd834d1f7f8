"""Where httplib2 0.12 and later look for a CA file, at import (shotgrid.md 1.4, E6)."""
import os

try:
    import certifi
except ImportError:
    certifi = None
try:
    from ca_certs_locater import get as locate
except ImportError:
    locate = None

BUILTIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cacerts.txt")


def where():
    named = os.environ.get("HTTPLIB2_CA_CERTS")
    if named is not None:
        if os.path.isfile(named):
            return named
        raise RuntimeError("Environment variable HTTPLIB2_CA_CERTS not a valid file")
    if locate is not None:
        return locate()
    if certifi is not None:
        return certifi.where()
    return BUILTIN
