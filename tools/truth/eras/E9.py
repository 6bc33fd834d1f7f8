"""3.8.2 - 3.8.5: the handler of uploads is one for http, so that the stock one serves https with Python's default store."""
import os
import urllib.request

from .lib import certifi, httplib2, site

__version__ = "3.8.4"
FormPostHandler = site.FormPostHandler


class CACertsHTTPSHandler(urllib.request.HTTPHandler):
    def __init__(self, ca_certs):
        super().__init__()
        self.__ca_certs = ca_certs

    def https_open(self, request):
        raise RuntimeError("never reached: the stock handler is asked first")


class Shotgun(site.Site):
    def __init__(self, base_url, script_name=None, api_key=None, connect=True, ca_certs=None):
        site.Site.__init__(self, base_url)
        self.__ca_certs = self._get_certs_file(ca_certs)

    @classmethod
    def _get_certs_file(cls, ca_certs):
        if ca_certs is not None:
            return ca_certs
        if "SHOTGUN_API_CACERTS" in os.environ:
            return os.environ["SHOTGUN_API_CACERTS"]
        return certifi.where()

    def _get_connection(self):
        return httplib2.Http(ca_certs=self.__ca_certs)

    def _build_opener(self, handler):
        first = [CACertsHTTPSHandler(self.__ca_certs)] if self.__ca_certs else []
        return urllib.request.build_opener(*(first + [handler]))

    def _upload_data_to_storage(self, data, content_type, size, storage_url):
        opener = self._build_opener(urllib.request.HTTPHandler)
        return self._put(opener, data, content_type, size, storage_url)
