"""The handler of 3.0.36 - 3.8.1: a CA file by ssl.wrap_socket, without a server name and without a look at names."""
import ssl

try:
    from http.client import HTTPConnection, HTTPS_PORT
    from urllib.request import HTTPSHandler
except ImportError:
    from httplib import HTTPConnection, HTTPS_PORT
    from urllib2 import HTTPSHandler


class CACertsHTTPSConnection(HTTPConnection):
    default_port = HTTPS_PORT

    def __init__(self, *args, **kwargs):
        self.__ca_certs = kwargs.pop("ca_certs")
        HTTPConnection.__init__(self, *args, **kwargs)

    def connect(self):
        HTTPConnection.connect(self)
        self.sock = ssl.wrap_socket(self.sock, ca_certs=self.__ca_certs, cert_reqs=ssl.CERT_REQUIRED)


class CACertsHTTPSHandler(HTTPSHandler):
    def __init__(self, ca_certs):
        HTTPSHandler.__init__(self)
        self.__ca_certs = ca_certs

    def https_open(self, request):
        return self.do_open(self.make_connection, request)

    def make_connection(self, *args, **kwargs):
        return CACertsHTTPSConnection(*args, ca_certs=self.__ca_certs, **kwargs)
