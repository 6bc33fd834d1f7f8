import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findCodeDecisions } from './find-decisions.ts';

/** `rule target` of every finding. */
const found = (source: string): string[] =>
  findCodeDecisions(source).map(({ rule, target }) => (target === null ? rule : `${rule} ${target}`));

describe('verification switched off', () => {
  it.each([
    ['requests.get(url, verify=False)', 'verifyFalse'],
    ['requests.request("GET", url, timeout=3, verify = 0)', 'verifyFalse'],
    ['boto3.client("s3",\n    verify=False,\n)', 'verifyFalse'],
    ['r = get(url, verify=False if DEBUG else True)', 'verifyFalse'],
    ['import requests\ndef fetch(url, verify=False): pass', 'verifyFalse'],
    ['requests.Session().verify = False', 'sessionVerifyFalse'],
    ['self._session.verify = False', 'sessionVerifyFalse'],
    ['if DEBUG: session.verify=False; print(1)', 'sessionVerifyFalse'],
    ['import requests\ns = requests.Session()\ns.verify = False', 'sessionVerifyFalse'],
    ['aiohttp.TCPConnector(verify_ssl=False)', 'verifySslFalse'],
    ['ssl._create_default_https_context = ssl._create_unverified_context', 'unverifiedContext'],
    ['urlopen(u, context=ssl._create_unverified_context())', 'unverifiedContext'],
    ['ctx.verify_mode = ssl.CERT_NONE', 'certNone'],
    ['ssl.wrap_socket(s, cert_reqs=ssl.CERT_NONE)', 'certNone'],
    ['urllib3.PoolManager(cert_reqs="CERT_NONE")', 'certNone'],
    ['ctx.check_hostname = False', 'checkHostnameOff'],
    ['HTTPSConnectionPool(h, assert_hostname=False)', 'checkHostnameOff'],
    ['httplib2.Http(disable_ssl_certificate_validation=True)', 'certificateValidationOff'],
    ['shotgun_api3.shotgun.NO_SSL_VALIDATION = True', 'noSslValidation'],
    ['NO_SSL_VALIDATION=True', 'noSslValidation'],
    ['sg.config.no_ssl_validation = True', 'noSslValidation'],
    ['os.environ["PYTHONHTTPSVERIFY"] = "0"', 'pythonHttpsVerify'],
    ["os.environ.setdefault('PYTHONHTTPSVERIFY', '0')", 'pythonHttpsVerify'],
    ["os.putenv(u'PYTHONHTTPSVERIFY', '0')", 'pythonHttpsVerify'],
    ["os.environ.update({'PYTHONHTTPSVERIFY': '0'})", 'pythonHttpsVerify'],
    ['env = dict(os.environ, PYTHONHTTPSVERIFY="0")', 'pythonHttpsVerify'],
    ['env.PYTHONHTTPSVERIFY = "0"', 'pythonHttpsVerify'],
    ["os.environ['CURL_CA_BUNDLE'] = ''", 'curlCaBundleEmpty'],
    ['print f(verify=False)', 'verifyFalse'],
    ['x = f"{requests.get(u, verify=False)}"', 'verifyFalse'],
  ])('%s', (source, rule) => {
    expect(findCodeDecisions(source)).toMatchObject([{ decision: 'verificationOff', rule, target: null }]);
  });
});

describe('warnings silenced', () => {
  it.each([
    ['urllib3.disable_warnings()', 'disableWarnings'],
    ['requests.packages.urllib3.disable_warnings(InsecureRequestWarning)', 'disableWarnings'],
    ['urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)', 'disableWarnings'],
    ['warnings.filterwarnings("ignore", category=InsecureRequestWarning)', 'filterWarnings'],
    ['warnings.filterwarnings("ignore", message="Unverified HTTPS request")', 'filterWarnings'],
    ['warnings.simplefilter(\n  "ignore", InsecureRequestWarning)', 'filterWarnings'],
  ])('%s', (source, rule) => {
    expect(findCodeDecisions(source)).toMatchObject([{ decision: 'warningSilenced', rule }]);
  });
});

describe('explicit trust', () => {
  it.each([
    ['requests.get(url, verify="/studio/ca.pem")', 'verifyPath /studio/ca.pem'],
    [
      String.raw`requests.get(url, verify=r"C:\studio\new\ca.pem")`,
      String.raw`verifyPath C:\studio\new\ca.pem`,
    ],
    [String.raw`requests.get(url, verify="C:\\studio\\\x63a.pem")`, String.raw`verifyPath C:\studio\ca.pem`],
    ['requests.get(url, verify="/studio" "/ca.pem")', 'verifyPath /studio/ca.pem'],
    ['CA = "/studio/ca.pem"\nrequests.get(url, verify=CA)', 'verifyPath /studio/ca.pem'],
    ['session.verify = "/studio/ca.pem"', 'sessionVerifyPath /studio/ca.pem'],
    ['shotgun_api3.Shotgun(url, ca_certs="/studio/ca.pem")', 'caCertsArgument /studio/ca.pem'],
    ['sg.config.ca_certs = "/studio/ca.pem"', 'caCertsArgument /studio/ca.pem'],
    ['ssl.create_default_context(cafile="/studio/ca.pem")', 'cafileArgument /studio/ca.pem'],
    ['ctx.load_verify_locations("/studio/ca.pem")', 'loadVerifyLocations /studio/ca.pem'],
    ['ctx.load_verify_locations(cafile="/studio/ca.pem")', 'loadVerifyLocations /studio/ca.pem'],
    ['os.environ["REQUESTS_CA_BUNDLE"] = "/studio/ca.pem"', 'caVariable /studio/ca.pem'],
    ['env.SSL_CERT_FILE = "/studio/ca.pem"', 'caVariable /studio/ca.pem'],
  ])('%s', (source, finding) => {
    expect(found(source)).toEqual([finding]);
  });
});

describe('what decides nothing', () => {
  it.each([
    '# requests.get(url, verify=False)',
    'x = "requests.get(url, verify=False)"',
    '"""\nverify=False\nssl.CERT_NONE\n"""',
    "x = rb'''\nNO_SSL_VALIDATION = True'''",
    'x = f"{{verify=False}} {y:verify=False}"',
    'x = "\\\nverify=False"',
    'requests.get(url, verify=True)',
    'requests.get(url, verify=certifi.where())',
    'requests.get(url, verify=not insecure)',
    'requests.get(url, verify=0.5)',
    'requests.get(url, verify=os.environ["CA"])',
    'requests.get(url, verify="")',
    'jwt.decode(token, verify=False)',
    'def load(path, verify=False): pass',
    'image.verify = False',
    'verify = False',
    'if session.verify == False: pass',
    'from ssl import CERT_NONE, _create_unverified_context',
    'if ctx.verify_mode == ssl.CERT_NONE: pass',
    'if ssl.CERT_NONE != ctx.verify_mode: pass',
    'CERT_NONE = 0',
    'NAMES = {ssl.CERT_NONE: 1}',
    'def _create_unverified_context(): pass',
    'hasattr(ssl, "_create_unverified_context")',
    'ctx.check_hostname = True',
    'shotgun.NO_SSL_VALIDATION = False',
    'if shotgun.NO_SSL_VALIDATION == True: pass',
    'if os.environ["PYTHONHTTPSVERIFY"] == "0": pass',
    'os.environ.get("PYTHONHTTPSVERIFY", "0")',
    'PYTHONHTTPSVERIFY = "0"',
    'urllib3.disable_warnings(SubjectAltNameWarning)',
    'def disable_warnings(category=HTTPWarning): pass',
    'warnings.filterwarnings("error", category=InsecureRequestWarning)',
    'warnings.filterwarnings("ignore", category=DeprecationWarning)',
    'a = "/x"\na = other()\nrequests.get(url, verify=a)',
    'urlopen(url, cafile=None)',
    'context.load_verify_locations(cadata=text)',
  ])('%s', (source) => {
    expect(findCodeDecisions(source)).toEqual([]);
  });
});

describe('the line that is shown', () => {
  const line = (source: string): string | undefined => findCodeDecisions(source)[0]?.text;

  it.each([
    [
      '  r = requests.get("https://me:hunter2@site", verify=False)  # hunter2\n',
      'r = requests.get("…", verify=False)  #…',
    ],
    [
      's = Shotgun("site", "script", "hunter2", ca_certs="/studio/ca.pem")',
      's = Shotgun("…", "…", "…", ca_certs="/studio/ca.pem")',
    ],
    [
      '"""secret\nsecret"""; get(verify=False, key=\'\'\'sec\nret\'\'\')',
      '…"""; get(verify=False, key=\'\'\'…',
    ],
    ['get(f"{token}secret{x:secret>{w}}", verify=False)', 'get(f"{token}…{x:…{w}}", verify=False)'],
    ['get(rb"secret", u\'\', verify=False)', 'get(rb"…", u\'\', verify=False)'],
    [
      'os.environ["PYTHONHTTPSVERIFY"] = "0" ; key = "secret"',
      'os.environ["PYTHONHTTPSVERIFY"] = "0" ; key = "…"',
    ],
    ['get(verify=False, key="secret', 'get(verify=False, key="…'],
  ])('%s', (source, text) => {
    expect(line(source)).toBe(text);
  });

  it('is a window of a long line, around what was found', () => {
    const text = line(`x = [${'1, '.repeat(100_000)}get(verify=False), ${'2, '.repeat(100_000)}]`) ?? '';

    expect(text.length).toBeLessThanOrEqual(512);
    expect(text).toContain('verify=False');
  });

  it('shows the content of no literal but the trust file’s own, and of no comment', () => {
    // No brace, which would be code in a template, and no quote behind a backslash, which would not close.
    const secret = fc.stringMatching(/^[a-z0-9 \\#%]{0,12}$/).map((text) => `SECRET${text}.`);
    const literal = fc
      .tuple(
        fc.constantFrom('', 'r', 'b', 'u', 'f', 'Rb', 'fr', 't'),
        fc.constantFrom('"', "'", '"""', "'''"),
        secret,
      )
      .map(([prefix, quote, text]) => `${prefix}${quote}${text}${quote}`);
    const comment = secret.map((text) => `# ${text}\n`);
    const trusted = '"/studio/ca.pem"';
    const argument = fc.oneof(
      literal,
      literal.map((text) => `key=${text}`),
      literal.map((text) => `verify=False, x=[${text}]`),
      fc.constant(`verify=${trusted}`),
      fc.tuple(literal, comment).map(([text, said]) => `${text}, ${said}`),
    );
    const source = fc
      .array(
        fc.array(argument, { maxLength: 5 }).map((given) => `get(${given.join(', ')})`),
        { maxLength: 6 },
      )
      .chain((calls) => fc.tuple(fc.constantFrom('\n', '; ', '\r\n'), fc.constant(calls)))
      .map(([separator, calls]) => calls.join(separator));

    fc.assert(
      fc.property(source, (text) => {
        for (const finding of findCodeDecisions(text)) expect(finding.text).not.toContain('SECRET');
      }),
      { numRuns: 500 },
    );
  });
});

describe('any text', () => {
  it('is read to its end, and gives findings within their limits', () => {
    const piece = fc.constantFrom(
      ...[
        'verify=False',
        'get(',
        ')',
        '"',
        "'",
        '"""',
        "f'",
        '{',
        '}',
        ':',
        '\\',
        '\n',
        '#',
        'ca_certs=',
        'r',
        ';',
        '\u2028',
      ],
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 60 }), (parts) => {
        const source = parts.join('');
        const lines = source.split(/\r\n|\r|\n/).length;
        for (const { line, text, rule } of findCodeDecisions(source)) {
          expect(line).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(lines);
          expect(text.length).toBeLessThanOrEqual(512);
          expect(rule).toMatch(/^[a-zA-Z]{1,64}$/);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['f"{', 'verify=False'],
    ['f"{x:', ''],
    ['(', 'verify=False,'],
    ['disable_warnings(', ''],
    ['"', '\n'],
    ['verify="/x" ', ''],
    ["f'''{f'''", ''],
    ['a.b', '.c'],
    ['get(verify=False,"x")', ';'],
  ])('takes time in proportion to its length: %j %j', (one, two) => {
    // Quadratic behaviour would take minutes for this.
    const source = `requests ${one.repeat(100_000)}${two.repeat(100_000)}`;

    expect(findCodeDecisions(source).length).toBeLessThanOrEqual(200);
  });
});

it('counts lines as Python does', () => {
  expect(findCodeDecisions('\r\n\r\n\rget(\n  """\n""", verify=False)\n')).toMatchObject([{ line: 6 }]);
});
