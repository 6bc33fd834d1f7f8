/**
 * First part of our Python file: reads one line of JSON, `{mark, timeout, targets}`, and writes one line for each thing it finds, `mark`
 * in front, since start-up hooks and libraries print too (failures.md §8). Runs on Python 2.7 and 3.6 – 3.14 with the standard library.
 * Line by line, so that what was found stays where the rest is cut off.
 */
export const FRAME = String.raw`
import sys, os, json
PY2 = sys.version_info[0] == 2

def text(value, limit=400):
    if value is None:
        return None
    try:
        if PY2 and isinstance(value, str):
            value = value.decode("utf-8", "replace")
        elif not PY2 and isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        value = (u"%s" % (value,))[:limit]
    except Exception:
        value = u"(no text)"
    return value.encode("utf-8", "replace").decode("utf-8", "replace")

def read_line():
    data = b""
    while not data.endswith(b"\n"):
        more = os.read(0, 65536)
        if not more:
            break
        data += more
    return json.loads(data.decode("utf-8"))

REQUEST = read_line()

def native(value):
    return value.encode("utf-8") if PY2 and value is not None else value

def emit(kind, value):
    value["kind"] = kind
    line = "\n%s %s\n" % (REQUEST["mark"], json.dumps(value, sort_keys=True, ensure_ascii=True))
    data = line if PY2 and isinstance(line, str) else line.encode("ascii")
    while data:
        data = data[os.write(1, data):]
`;

/** Second part: how one handshake is watched and how it ended is described. */
export const WATCH = String.raw`
import warnings
warnings.simplefilter("ignore")
import socket
try:
    import ssl
    SSL_ERROR = None
except BaseException as error:
    ssl = None
    SSL_ERROR = "%s: %s" % (type(error).__name__, error)
TIMEOUT = REQUEST["timeout"]
socket.setdefaulttimeout(TIMEOUT)
STAGE = ["import"]

class Shaken(BaseException):
    """In place of the first byte that a client would send over TLS. No library catches it."""
    def __init__(self, sock):
        BaseException.__init__(self)
        self.sock = sock

class NotOverTls(BaseException):
    """In place of bytes that a client would send in clear."""

class NotHere(Exception):
    """Nothing to try: a client that this Python does not have, a path that this version does not have."""

def imported():
    STAGE[0] = "load"

def watch(owner, name, stage):
    original = getattr(owner, name)
    def watched(self, *args, **options):
        STAGE[0] = stage
        return original(self, *args, **options)
    setattr(owner, name, watched)

watch(socket.socket, "connect", "connect")
if ssl is not None:
    watch(ssl.SSLSocket, "do_handshake", "tls")

def is_tls(sock):
    return hasattr(sock, "getpeercert")

# Every client here ends in http.client: it connects through its own code, and is stopped where it would send. A proxy's CONNECT goes
# through, since that comes before TLS.
try:
    import http.client as http_client
except ImportError:
    import httplib as http_client
SEND = http_client.HTTPConnection.send

def send(self, data):
    if self.sock is None:
        self.connect()
    if is_tls(self.sock):
        raise Shaken(self.sock)
    if getattr(self, "_tunnel_host", None):
        return SEND(self, data)
    raise NotOverTls("the client would have sent something without TLS")

http_client.HTTPConnection.send = send

def family(error):
    """The error and all that it stands for, nearest first."""
    found, queue = [], [error]
    while queue and len(found) < 30:
        one = queue.pop(0)
        if not isinstance(one, BaseException) or any(one is other for other in found):
            continue
        found.append(one)
        queue.append(getattr(one, "reason", None))
        queue.extend(getattr(one, "args", None) or ())
        queue.append(getattr(one, "__cause__", None))
        queue.append(getattr(one, "__context__", None))
    return found

def stage_of(errors):
    stage = STAGE[0]
    if stage == "import" or stage == "tls":
        return stage
    if any(isinstance(one, (socket.gaierror, socket.timeout)) for one in errors):
        return "connect"
    # Before the handshake began: OpenSSL refused the file, or it could not be opened.
    if ssl is not None and any(isinstance(one, ssl.SSLError) for one in errors):
        return "load"
    if any(getattr(one, "errno", None) in (2, 13, 20, 21, 40) for one in errors):
        return "load"
    return stage

def class_of(error):
    module = type(error).__module__
    name = type(error).__name__
    return name if module in ("builtins", "exceptions", None) else "%s.%s" % (module, name)

def failure(error):
    errors = family(error)
    codes = [one.verify_code for one in errors if getattr(one, "verify_code", None)]
    return {"state": "failed", "stage": stage_of(errors), "errorClass": text(class_of(error), 200),
            "message": text(error), "verifyCode": codes[0] if codes else None}

def finished(sock):
    mode = getattr(getattr(sock, "context", None), "verify_mode", None)
    # Sockets of pyOpenSSL have no context of that kind; an unverified certificate has no fields.
    verified = int(mode) != 0 if mode is not None else bool(sock.getpeercert())
    try:
        sock.close()
    except Exception:
        pass
    return {"state": "verified" if verified else "unverified", "stage": "tls", "errorClass": None,
            "message": None, "verifyCode": None}

def attempt(shake, target):
    STAGE[0] = "import"
    try:
        shake(target)
    except Shaken as end:
        return finished(end.sock)
    except NotHere as reason:
        return {"state": "notProbed", "stage": None, "errorClass": None, "message": text(reason), "verifyCode": None}
    except BaseException as error:
        return failure(error)
    return {"state": "notProbed", "stage": None, "errorClass": None, "verifyCode": None,
            "message": "the client came back without a handshake"}
`;
