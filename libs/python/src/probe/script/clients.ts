/** Third part: how each client opens a connection, by its own code wherever that is possible. */
export const CLIENTS_SCRIPT = String.raw`
try:
    import urllib.request as urllib_request
    from urllib.parse import urlsplit, unquote
except ImportError:
    import urllib2 as urllib_request
    from urlparse import urlsplit
    from urllib import unquote
    import urllib
    urllib_request.getproxies, urllib_request.proxy_bypass = urllib.getproxies, urllib.proxy_bypass

def url_of(target):
    host = native(target["host"])
    return "https://%s:%d/" % ("[%s]" % host if ":" in host else host, target["port"])

def with_proxy(connection_to, target):
    """As urllib takes its proxy from the variables; connection_to(host, port) makes the connection."""
    host, port = native(target["host"]), target["port"]
    proxy = urllib_request.getproxies().get("https")
    if not proxy or urllib_request.proxy_bypass("%s:%d" % (host, port)):
        return connection_to(host, port)
    parts = urlsplit(proxy if "//" in proxy else "http://" + proxy)
    headers = {}
    if parts.username:
        import base64
        words = "%s:%s" % (unquote(parts.username), unquote(parts.password or ""))
        headers["Proxy-Authorization"] = "Basic " + base64.b64encode(words.encode("utf-8")).decode("ascii")
    connection = connection_to(parts.hostname, parts.port or 80)
    connection.set_tunnel(host, port, headers)
    return connection

def shake_ssl(target):
    if ssl is None:
        raise ImportError(SSL_ERROR)
    imported()
    # What urllib opens https with: create_default_context(), unless PYTHONHTTPSVERIFY or a hook put another one in its place.
    def connection(host, port):
        return http_client.HTTPSConnection(host, port, timeout=TIMEOUT)
    with_proxy(connection, target).request("GET", "/")

def shake_urlopen(target):
    if ssl is None:
        raise ImportError(SSL_ERROR)
    imported()
    urllib_request.urlopen(url_of(target), None, TIMEOUT)

def module_of(name):
    """Not being there is no failure of the client; failing to import is."""
    try:
        __import__(name)
    except ImportError as error:
        top = name.split(".")[0]
        missing = getattr(error, "name", None) or text(error).replace("No module named ", "").strip("'")
        if missing == top or (PY2 and missing == name):
            raise NotHere("%s is not installed there" % top)
        raise
    return sys.modules[name]

def shake_requests(target):
    requests = module_of("requests")
    imported()
    requests.get(url_of(target), timeout=TIMEOUT)

def shake_urllib3(target):
    urllib3 = module_of("urllib3")
    imported()
    urllib3.PoolManager().request("GET", url_of(target), retries=False, timeout=TIMEOUT)

def shake_httplib2(target):
    httplib2 = module_of("httplib2")
    imported()
    httplib2.Http(timeout=TIMEOUT).request(url_of(target))

def pip_command():
    """create_command from 19.3 on, a table before; options are read from variables and pip.conf by pip itself."""
    module_of("pip")
    commands = module_of("pip._internal.commands")
    if hasattr(commands, "create_command"):
        return commands.create_command("download")
    return commands.commands_dict["download"](isolated=False)

def shake_pip(target):
    command = pip_command()
    imported()
    options, _ = command.parse_args(["--retries", "0", "--timeout", str(int(TIMEOUT)), "--no-cache-dir", "none"])
    command._build_session(options, 0, int(TIMEOUT)).get(url_of(target))

def shake_boto3(target):
    session = module_of("botocore.session").get_session()
    endpoint = module_of("botocore.endpoint")
    httpsession = module_of("botocore.httpsession")
    awsrequest = module_of("botocore.awsrequest")
    imported()
    # What a client's endpoint is made with, without the service model that a whole client needs.
    creator = endpoint.EndpointCreator(None)
    verify = creator._get_verify_value(session.get_config_variable("ca_bundle"))
    url = url_of(target)
    proxies = creator._get_proxies(url)
    http = httpsession.URLLib3Session(verify=verify, proxies=proxies, timeout=TIMEOUT)
    http.send(awsrequest.AWSRequest("GET", url).prepare())
`;

/** Fourth part: shotgun_api3 (shotgrid.md §1.3): the API's own connection, opener and handlers. */
export const SHOTGUN_SCRIPT = String.raw`
PATH = list(sys.path)
LOADED = {}

def forget():
    """Copies must not see one another's modules."""
    for name in list(sys.modules):
        if name.split(".")[0] in ("shotgun_api3", "tank_vendor", "tank"):
            del sys.modules[name]
    sys.path[:] = PATH

def load_from(name, path):
    """By its own path: what lies beside it is not imported in place of something else."""
    package = os.path.isdir(path)
    if PY2:
        import imp
        kind = ("", "", imp.PKG_DIRECTORY) if package else (".py", "U", imp.PY_SOURCE)
        if package:
            return imp.load_module(name, None, path, kind)
        with open(path, "U") as source:
            return imp.load_module(name, source, path, kind)
    import importlib.util
    start = os.path.join(path, "__init__.py") if package else path
    spec = importlib.util.spec_from_file_location(name, start, submodule_search_locations=[path] if package else None)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module

def load_shotgun(install):
    forget()
    if install is None:
        return module_of("shotgun_api3")
    archive, _, member = install.partition("!")
    if not member:
        return load_from("shotgun_api3", install)
    # <core>/requirements/<version>/pkgs.zip: the core's own loader chooses the archive and replaces what cannot work inside one
    # (shotgrid.md §2.5).
    core = os.path.dirname(os.path.dirname(os.path.dirname(archive)))
    vendor = os.path.join(core, "python", "tank_vendor")
    if not os.path.isfile(os.path.join(vendor, "__init__.py")):
        sys.path.insert(0, archive)
        return module_of("shotgun_api3")
    load_from("tank_vendor", vendor)
    names = {}
    exec("from tank_vendor import shotgun_api3", names)
    return names["shotgun_api3"]

def check_copy(module, install):
    if install is None:
        return
    found = os.path.realpath(module.__file__)
    wanted = os.path.realpath(install.replace("!", os.sep))
    if found != wanted and not found.startswith(wanted + os.sep) and found.rstrip("c") != wanted:
        raise NotHere("this Python loads another copy: %s" % text(module.__file__))

def shotgun_api(target):
    install = native(target["install"])
    if install not in LOADED:
        LOADED.clear()
        module = load_shotgun(install)
        check_copy(module, install)
        LOADED[install] = module
    return LOADED[install]

def make_shotgun(kind, target):
    url = url_of(target).rstrip("/")
    try:
        sg = kind(url, "trustfleet", "none", connect=False)
    except TypeError:
        sg = kind(url, "trustfleet", "none")      # 3.0.2 - 3.0.8
    config = getattr(sg, "config", None)
    for name, value in (("max_rpc_attempts", 1), ("timeout_secs", TIMEOUT)):
        if hasattr(config, name):
            setattr(config, name, value)
    return sg

def shake_crud(target):
    api = shotgun_api(target)
    imported()
    make_shotgun(api.Shotgun, target).find_one("Project", [["id", "is", 0]])

def quiet(api):
    """3.0.33 - 3.0.35 connect while they are made, whatever they are told (shotgrid.md §1.4)."""
    return type("Quiet", (api.Shotgun, object), {"_call_rpc": lambda self, *args, **options: {"version": [9, 0, 0]}})

def opener_of(sg, handler):
    build = getattr(sg, "_build_opener", None)
    return build(handler) if build is not None else urllib_request.build_opener(handler)

def shake_form(target):
    api = shotgun_api(target)
    module = sys.modules[api.Shotgun.__module__]
    imported()
    sg = make_shotgun(quiet(api), target)
    # What _send_form, download_attachment and thumbnails open their URLs with.
    opener_of(sg, module.FormPostHandler).open(url_of(target), None, TIMEOUT)

def shake_s3(target):
    api = shotgun_api(target)
    imported()
    upload = getattr(api.Shotgun, "_upload_data_to_storage", None)
    if upload is None:
        raise NotHere("this version does not upload to S3")
    sg = make_shotgun(quiet(api), target)
    handler = urllib_request.HTTPHandler
    # From 3.0.39 on through _build_opener; before with an opener of its own, which knows of no CA file (PR 188).
    names = getattr(upload, "__func__", upload).__code__.co_names
    opener = sg._build_opener(handler) if "_build_opener" in names else urllib_request.build_opener(handler)
    opener.open(url_of(target), None, TIMEOUT)
`;

/** Last part: the module's own facts, then every target in turn. */
export const MAIN = String.raw`
SHAKES = {
    "ssl": shake_ssl, "toolkit.urlopen": shake_urlopen, "requests": shake_requests, "urllib3": shake_urllib3,
    "httplib2": shake_httplib2, "pip": shake_pip, "boto3": shake_boto3, "shotgun_api3.crud": shake_crud,
    "shotgun_api3.form": shake_form, "shotgun_api3.s3": shake_s3,
}

def ssl_facts():
    facts = {"importError": text(SSL_ERROR), "versionInfo": None, "libressl": False, "sni": False, "strict": False,
             "partialChain": False, "securityLevel": None, "contextClass": None, "httpsVerifies": False}
    if ssl is None:
        return facts
    version = text(getattr(ssl, "OPENSSL_VERSION", ""))
    facts["versionInfo"] = [int(part) for part in getattr(ssl, "OPENSSL_VERSION_INFO", ())] or None
    facts["libressl"] = "LibreSSL" in version
    facts["sni"] = bool(getattr(ssl, "HAS_SNI", False))
    https = getattr(ssl, "_create_default_https_context", None)
    facts["httpsVerifies"] = https is not None and https is not getattr(ssl, "_create_unverified_context", None)
    try:
        context = ssl.create_default_context()
        facts["strict"] = bool(int(context.verify_flags) & 0x20)
        facts["partialChain"] = bool(int(context.verify_flags) & 0x80000)
        facts["securityLevel"] = getattr(context, "security_level", None)
        facts["contextClass"] = text(class_of(context))
    except Exception as error:
        facts["importError"] = None
        facts["contextClass"] = text("%s: %s" % (class_of(error), error))
    return facts

emit("ssl", {"facts": ssl_facts()})
for index, target in enumerate(REQUEST["targets"]):
    shake = SHAKES.get(target["client"])
    if shake is None:
        result = {"state": "notProbed", "stage": None, "errorClass": None, "verifyCode": None,
                  "message": "this client is judged by its settings alone"}
    else:
        result = attempt(shake, target)
    emit("result", {"index": index, "result": result})
emit("end", {})
# Not through exit hooks: what was found is written, and nothing here is worth waiting for.
os._exit(0)
`;
