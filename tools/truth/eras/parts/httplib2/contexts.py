"""As httplib2 0.12 and later: a bare SSLContext with one CA file, server name sent and checked; `certs.where()` at import."""
import socket
import ssl
import sys

try:
    from httplib import HTTPSConnection
except ImportError:
    from http.client import HTTPSConnection

from shotgun_api3.lib.site import Http as OneRequest
from . import certs

CA_CERTS = certs.where()


class Connection(HTTPSConnection):
    ca_certs = None

    def connect(self):
        context = ssl.SSLContext(getattr(ssl, "PROTOCOL_TLS", ssl.PROTOCOL_SSLv23))
        context.verify_mode = ssl.CERT_REQUIRED
        context.check_hostname = True
        context.load_verify_locations(self.ca_certs)
        plain = socket.create_connection((self.host, self.port), self.timeout)
        self.sock = context.wrap_socket(plain, server_hostname=self.host)


def Http(ca_certs=None, timeout=None):
    def make(host, port):
        connection = Connection(host, port, timeout=timeout or 15)
        if sys.version_info[0] > 2:
            connection.ca_certs = ca_certs if ca_certs else CA_CERTS
        else:
            connection.ca_certs = CA_CERTS if ca_certs is None else ca_certs
        return connection

    return OneRequest(make)
