"""What every era shares: JSON calls through a connection, forms through an opener. No word about trust."""
import json

try:
    from urllib.parse import urlencode, urlparse
    import urllib.request as request_module
except ImportError:
    from urllib import urlencode
    from urlparse import urlparse
    import urllib2 as request_module


class ShotgunError(Exception):
    pass


class Config(object):
    max_rpc_attempts = 3
    rpc_attempt_interval = 3000
    no_ssl_validation = False


class FormPostHandler(request_module.BaseHandler):
    handler_order = request_module.HTTPHandler.handler_order - 10

    def http_request(self, request):
        data = request.data if hasattr(request, "data") else request.get_data()
        if isinstance(data, dict):
            encoded = urlencode(data).encode("ascii")
            if hasattr(request, "add_data"):
                request.add_data(encoded)
            else:
                request.data = encoded
        return request

    https_request = http_request


class Site(object):
    """Eras say which connection and which opener."""

    def __init__(self, base_url):
        self.base_url = base_url
        self.config = Config()

    def _call_rpc(self, method, params):
        body = json.dumps({"method_name": method, "params": [params]})
        headers = {"content-type": "application/json; charset=utf-8"}
        response, content = self._get_connection().request(
            self.base_url + "/api3/json", method="POST", body=body, headers=headers)
        return json.loads(content.decode("utf-8"))["results"]

    def info(self):
        return self._call_rpc("info", None)

    def find_one(self, entity_type, filters, fields=None):
        return self._call_rpc("read", {"type": entity_type, "filters": filters, "return_fields": fields or ["id"]})

    def _send_form(self, url, params):
        return self._build_opener(FormPostHandler).open(url, params).read()

    def _put(self, opener, data, content_type, size, storage_url):
        request = request_module.Request(storage_url, data=data.read())
        request.add_header("Content-Type", content_type)
        request.add_header("Content-Length", str(size))
        request.get_method = lambda: "PUT"
        return opener.open(request).info().get("ETag")


class Headers(dict):
    status = 200


class Http(object):
    """One request on a connection that the era makes; a stand-in for the vendored httplib2.Http."""

    def __init__(self, make_connection):
        self.make_connection = make_connection

    def request(self, url, method="GET", body=None, headers=None):
        parts = urlparse(url)
        connection = self.make_connection(parts.hostname, parts.port or 443)
        connection.request(method, parts.path or "/", body, headers or {})
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return Headers(), content
