"""As httplib2 0.7 - 0.9 on Python 2: ssl.wrap_socket with a CA file, no server name sent, names looked at in Python."""
import os
import re
import socket
import ssl

try:
    from httplib import HTTPSConnection
except ImportError:
    from http.client import HTTPSConnection

from shotgun_api3.lib.site import Http as OneRequest

CA_CERTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cacerts.txt")
LOCATER = False

if LOCATER:
    try:
        from ca_certs_locater import get as _get
        CA_CERTS = _get()
    except ImportError:
        pass


class CertificateHostnameMismatch(Exception):
    pass


def _names(certificate):
    if "subjectAltName" in certificate:
        return [value for kind, value in certificate["subjectAltName"] if kind.lower() == "dns"]
    return [value for part in certificate["subject"] for name, value in part if name.lower() == "commonname"]


class Connection(HTTPSConnection):
    ca_certs = None

    def connect(self):
        plain = socket.create_connection((self.host, self.port), self.timeout)
        self.sock = ssl.wrap_socket(plain, cert_reqs=ssl.CERT_REQUIRED, ca_certs=self.ca_certs)
        for name in _names(self.sock.getpeercert()):
            pattern = name.replace(".", r"\.").replace("*", "[^.]*")
            if re.search("^%s$" % (pattern,), self.host, re.I):
                return
        self.sock.close()
        raise CertificateHostnameMismatch("Server presented certificate that does not match host %s" % self.host)


def Http(ca_certs=None, timeout=None):
    def make(host, port):
        connection = Connection(host, port, timeout=timeout or 15)
        connection.ca_certs = CA_CERTS if ca_certs is None else ca_certs
        return connection

    return OneRequest(make)
