# -*- coding: utf-8 -*-
"""Visits every server of the lab with every client that this interpreter has, in one process, and tells what became of it.

python driver.py JOB RESULT: two files of JSON. Runs on 2.7 and 3.6 - 3.14. Nothing here decides what is trusted: each client is called as
its users call it, with an argument only where the job says so.
"""
import io
import json
import logging
import os
import shutil
import socket
import sys
import tempfile
import time
import traceback
import warnings

warnings.simplefilter("ignore")
LIMIT = 15

# Retries wait: none of that decides anything about trust.
time.sleep = lambda seconds: None


class Log(logging.Handler):
    """Some clients tell the reason to their log alone (shotgun_api3 3.6.1 and later)."""

    def __init__(self):
        logging.Handler.__init__(self)
        self.lines = []

    def emit(self, record):
        try:
            self.lines.append(record.getMessage())
            if record.exc_info:
                self.lines.append("".join(traceback.format_exception(*record.exc_info)))
        except Exception:
            self.lines.append("a record that cannot be written")


LOG = Log()


def open_default(entry):
    import ssl
    try:
        from urllib.request import urlopen
    except ImportError:
        from urllib2 import urlopen

    argument = entry.get("argument")

    def visit(url):
        if argument is None:
            urlopen(url, timeout=LIMIT).read()
            return
        context = ssl.create_default_context(cafile=argument) if argument else ssl._create_unverified_context()
        urlopen(url, timeout=LIMIT, context=context).read()

    return visit


def open_requests(entry):
    import requests

    def visit(url):
        how = entry.get("how", "plain")
        argument = entry.get("argument")
        if how == "call":
            requests.get(url, timeout=LIMIT, verify=argument)
            return
        session = requests.Session()
        if how == "session":
            session.verify = argument
        if how == "noEnvironment":
            session.trust_env = False
        session.get(url, timeout=LIMIT)

    return visit


def open_urllib3(entry):
    import urllib3

    def visit(url):
        argument = entry.get("argument")
        how = {} if argument is None else {"ca_certs": argument} if argument else {"cert_reqs": "CERT_NONE"}
        pool = urllib3.PoolManager(**how)
        pool.request("GET", url, retries=False, timeout=float(LIMIT))

    return visit


def open_httplib2(entry):
    import httplib2

    def visit(url):
        argument = entry.get("argument")
        off = {"disable_ssl_certificate_validation": True}
        how = {} if argument is None else {"ca_certs": argument} if argument else off
        httplib2.Http(timeout=LIMIT, **how).request(url)

    return visit


class Refused(Exception):
    pass


def open_pip(entry):
    try:
        from pip._internal.cli.main import main
    except ImportError:
        from pip._internal import main
    if not callable(main):
        main = main.main
    scratch = tempfile.mkdtemp()

    def visit(url):
        base = ["download", "--no-deps", "--no-cache-dir", "--retries", "0", "--timeout", str(LIMIT)]
        extra = list(entry.get("options", []))
        if entry.get("argument") is not None:
            extra += ["--cert", entry["argument"]]
        kept = sys.stdout, sys.stderr
        text = io.StringIO() if sys.version_info[0] > 2 else io.BytesIO()
        sys.stdout = sys.stderr = text
        try:
            main(base + extra + ["--dest", scratch, "--index-url", url + "simple/", "no-such-project-of-the-lab"])
        except SystemExit:
            pass
        finally:
            sys.stdout, sys.stderr = kept
        said = text.getvalue()
        for word in ("confirming the ssl certificate", "SSLError", "Could not find a suitable TLS CA", "OSError", "IOError",
                     "EnvironmentError", "SSLContext", "CERTIFICATE", "certificate verify", "Traceback", "Could not fetch"):
            if word in said:
                raise Refused(said[max(0, said.find(word) - 100):][:1400])
        if "No matching distribution" not in said:
            raise Refused("pip said what is not known here: " + said[-3000:])

    return visit


def open_boto3(entry):
    import botocore.config
    import botocore.session

    session = botocore.session.Session()
    argument = entry.get("argument")
    config = botocore.config.Config(retries={"max_attempts": 0}, connect_timeout=LIMIT, read_timeout=LIMIT,
                                    s3={"addressing_style": "path"})

    def visit(url):
        client = session.create_client(
            "s3", region_name="lab", endpoint_url=url.rstrip("/"), aws_access_key_id="lab", aws_secret_access_key="lab",
            config=config, verify=argument)
        client.head_bucket(Bucket="lab")

    return visit


def shotgun_module():
    try:
        import tank_vendor  # noqa: F401
        from tank_vendor import shotgun_api3
    except ImportError as error:
        if "tank_vendor" not in str(error) or "shotgun_api3" in str(error):
            raise
        import shotgun_api3
    return shotgun_api3


def open_shotgun(entry):
    package = shotgun_module()
    for name in ("shotgun_api3", "shotgun_api3.lib"):  # the import sets a level of its own
        logging.getLogger(name).setLevel(logging.DEBUG)
    module = getattr(package, "shotgun", package)
    path = entry["client"].split(".")[1]

    def connect(url):
        how = {"connect": False}
        if entry.get("argument") is not None:
            how["ca_certs"] = entry["argument"]
        site = package.Shotgun(url.rstrip("/"), "script", "key", **how)
        site.config.max_rpc_attempts = 1
        site.config.rpc_attempt_interval = 0
        site.MAX_ATTEMPTS = 1
        return site

    def crud(url):
        connect(url).info()

    def without_rpc(url):
        # 3.0.33 - 3.0.35 ask the site in the constructor; an upload goes elsewhere.
        kept = package.Shotgun._call_rpc
        package.Shotgun._call_rpc = lambda *a, **k: {"version": [8, 70, 0]}
        try:
            return connect(url)
        finally:
            package.Shotgun._call_rpc = kept

    def form(url):
        site = without_rpc(url)
        if hasattr(site, "_send_form"):
            site._send_form(url + "upload/upload_file", {"entity_type": "Version"})
        else:
            site._build_opener(module.FormPostHandler).open(url + "upload/upload_file", {"entity_type": "Version"}).read()

    def s3(url):
        without_rpc(url)._upload_data_to_storage(io.BytesIO(b"data"), "text/plain", 4, url + "bucket/key")

    if path == "s3" and not hasattr(package.Shotgun, "_upload_data_to_storage"):
        return None
    return {"crud": crud, "form": form, "s3": s3}[path]


OPENERS = {
    "ssl": open_default,
    "toolkit.urlopen": open_default,
    "requests": open_requests,
    "urllib3": open_urllib3,
    "httplib2": open_httplib2,
    "pip": open_pip,
    "boto3": open_boto3,
    "shotgun_api3.crud": open_shotgun,
    "shotgun_api3.form": open_shotgun,
    "shotgun_api3.s3": open_shotgun,
}


def verify_code(error):
    """The number in whatever wraps whatever."""
    waiting, seen = [error], []
    while waiting and len(seen) < 40:
        one = waiting.pop(0)
        if any(one is known for known in seen):
            continue
        seen.append(one)
        code = getattr(one, "verify_code", None)
        if isinstance(code, int):
            return code
        for name in ("__cause__", "__context__", "reason", "original_error", "kwargs"):
            waiting.append(getattr(one, name, None))
        if isinstance(one, BaseException):
            waiting.extend(one.args)
        if isinstance(one, dict):
            waiting.extend(one.values())
    return None


def text_of(value):
    if sys.version_info[0] > 2:
        return str(value)
    try:
        return unicode(value)  # noqa: F821
    except Exception:
        return repr(value).decode("ascii", "replace")


def failure(error):
    return {
        "result": "failed",
        "code": verify_code(error),
        "error": "%s: %s" % (type(error).__name__, text_of(error)[:1500]),
        "log": "\n".join(text_of(line) for line in LOG.lines)[-1500:],
    }


def visit_all(job, write):
    for entry in job["clients"]:
        del LOG.lines[:]
        try:
            visit = OPENERS[entry["client"]](entry)
            if visit is None:
                continue
            refused = None
        except BaseException as error:  # an import may raise anything
            refused = failure(error)
            refused["result"] = "notImported"
        for server in job["servers"]:
            if entry.get("only") and server["id"] not in entry["only"]:
                continue
            del LOG.lines[:]
            outcome = refused
            if refused is None:
                try:
                    visit("https://%s:%d/" % (server["host"], server["port"]))
                    outcome = {"result": "connected", "code": None, "error": None, "log": ""}
                except Exception as error:
                    outcome = failure(error)
            write(dict(outcome, id=entry["id"], server=server["id"]))


def main():
    with io.open(sys.argv[1], encoding="utf-8") as stream:
        job = json.load(stream)
    socket.setdefaulttimeout(LIMIT)
    for name in ("shotgun_api3", "shotgun_api3.lib"):
        logging.getLogger(name).setLevel(logging.DEBUG)
        logging.getLogger(name).addHandler(LOG)
    rows = []
    scratch = tempfile.mkdtemp()
    tempfile.tempdir = scratch
    os.chdir(scratch)
    try:
        visit_all(job, rows.append)
    finally:
        os.chdir("/")
        shutil.rmtree(scratch, ignore_errors=True)
    with io.open(sys.argv[2], "wb") as stream:
        stream.write(json.dumps(rows).encode("utf-8"))


main()
