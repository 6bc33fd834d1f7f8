import type { CodeFinding } from '@trustfleet/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codePatch } from './patch.ts';
import { codeReport } from './remedy.ts';

const finding = (change: Partial<CodeFinding> = {}): CodeFinding => ({
  ...{ path: '/studio/tools/publish.py', line: 12, decision: 'verificationOff', rule: 'verifyFalse' },
  ...{ text: 'requests.get(url, verify=False)', target: null, problem: null },
  ...change,
});
const report = (findings: CodeFinding[]) =>
  codeReport.effect({ code: { findings, files: 3, problems: [] } }, {}, undefined);

describe('code.report', () => {
  it('proposes a patch for each place, and changes nothing', () => {
    const facts = { code: { findings: [finding(), finding({ line: 40 })], files: 3, problems: [] } };
    const effect = codeReport.effect(facts, {}, undefined);

    expect(effect).toMatchObject({
      kind: 'change',
      remark: expect.stringContaining('2 places of 1 file') as string,
      changes: [
        { kind: 'propose', owner: 'code', path: '/studio/tools/publish.py', line: 12 },
        { kind: 'propose', owner: 'code', path: '/studio/tools/publish.py', line: 40 },
      ],
    });
    expect(effect.kind === 'change' && effect.facts).toBe(facts);
  });

  it('is content with code that leaves trust alone, and says nothing of code that was not read', () => {
    expect(report([])).toEqual({ kind: 'none' });
    expect(codeReport.effect({}, {}, undefined)).toMatchObject({ kind: 'notApplicable' });
    expect(codeReport.undoEffect({}, {}, undefined)).toEqual({ kind: 'none' });
  });

  it('names as many places as a plan holds, and counts the others', () => {
    const effect = report(Array.from({ length: 230 }, (_, line) => finding({ line: line + 1 })));

    expect(effect.kind === 'change' && effect.changes.length).toBe(200);
    expect(effect).toMatchObject({ remark: expect.stringContaining('30 places more') as string });
  });
});

/** As python -c would read the changed line; each row is a rule of libs/diagnosis with a line that it finds. */
type Line = readonly [rule: string, before: string, after: string | null, call?: string];
const LINES: readonly Line[] = [
  ['verifyFalse', 'requests.get(url, verify=False)', 'requests.get(url)'],
  ['verifyFalse', 'requests.get(verify = False, url=u)', 'requests.get(url=u)'],
  ['verifyFalse', 'f(verify=False)', 'f()'],
  ['verifyFalse', 'verify=False,', ''],
  ['sessionVerifyFalse', 'session.verify = False', 'session.verify = True'],
  ['verifySslFalse', 'connect(host, ssl_verify=0, a=1)', 'connect(host, ssl_verify=True, a=1)'],
  [
    'unverifiedContext',
    'ssl._create_default_https_context = ssl._create_unverified_context',
    'ssl._create_default_https_context = ssl.create_default_context',
  ],
  ['certNone', 'context.verify_mode = ssl.CERT_NONE', 'context.verify_mode = ssl.CERT_REQUIRED'],
  ['certNone', "PoolManager(cert_reqs='CERT_NONE')", "PoolManager(cert_reqs='CERT_REQUIRED')"],
  ['checkHostnameOff', 'context.check_hostname = False', 'context.check_hostname = True'],
  ['checkHostnameOff', 'Pool(assert_hostname=False)', 'Pool(assert_hostname=None)'],
  [
    'certificateValidationOff',
    'Http(disable_ssl_certificate_validation=True)',
    'Http(disable_ssl_certificate_validation=False)',
  ],
  ['noSslValidation', 'shotgun.NO_SSL_VALIDATION = True', 'shotgun.NO_SSL_VALIDATION = False'],
  ['pythonHttpsVerify', "os.environ['PYTHONHTTPSVERIFY'] = '0'", "os.environ['PYTHONHTTPSVERIFY'] = '1'"],
  ['curlCaBundleEmpty', "os.environ['CURL_CA_BUNDLE'] = ''", "os.environ.pop('CURL_CA_BUNDLE', None)"],
  ['disableWarnings', 'urllib3.disable_warnings()', ''],
  ['filterWarnings', "warnings.filterwarnings('ignore', message=…)", ''],
  [
    'verifyPath',
    'requests.get(url, verify="/x/ca.pem")',
    "requests.get(url, verify=os.environ.get('REQUESTS_CA_BUNDLE', True))",
  ],
  ['sessionVerifyPath', 's.verify = CA_FILE', "s.verify = os.environ.get('REQUESTS_CA_BUNDLE', True)"],
  [
    'caCertsArgument',
    'Shotgun(URL, …, ca_certs="/x")',
    "Shotgun(URL, …, ca_certs=os.environ.get('SHOTGUN_API_CACERTS'))",
    'Shotgun',
  ],
  [
    'caCertsArgument',
    'PoolManager(ca_certs=r"C:\\x.pem")',
    "PoolManager(ca_certs=os.environ.get('SSL_CERT_FILE'))",
    'PoolManager',
  ],
  [
    'cafileArgument',
    "create_default_context(cafile='/x')",
    "create_default_context(cafile=os.environ.get('SSL_CERT_FILE'))",
  ],
  ['loadVerifyLocations', "context.load_verify_locations('/x')", 'context.load_default_certs()'],
  ['caVariable', "os.environ['SSL_CERT_FILE'] = '/x'", "os.environ.setdefault('SSL_CERT_FILE', '/x')"],
  ['verifyFalse', 'get(url, **{…: False})', null],
  ['aRuleOfANewerRelease', 'something(else_)', null],
];

describe('the patch of a place', () => {
  it.each(LINES.map((line) => [line[0], line[1], line] as const))(
    '%s: %s',
    (rule, before, [, , after, call]) => {
      const patch = codePatch(finding({ rule, text: before, call: call ?? null }));
      const lines = patch.split('\n');

      expect(lines.slice(0, 2)).toEqual(['--- a/studio/tools/publish.py', '+++ b/studio/tools/publish.py']);
      if (after === null) {
        expect(lines).toContain(` ${before}`);
        expect(patch).toContain('# Change it by hand');
        return;
      }
      expect(lines[2]).toBe(`@@ -12 ${after === '' ? '+11,0' : '+12'} @@ ${rule}`);
      expect(lines[3]).toBe(`-${before}`);
      expect(lines.slice(4, after === '' ? 4 : 5)).toEqual(after === '' ? [] : [`+${after}`]);
      expect(patch.includes('import os')).toBe(
        after.includes('os.environ') && !before.includes('os.environ'),
      );
    },
  );

  it('whatever the line is: it ends, fits into a plan, and shows no more than the section does', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...LINES.map(([rule]) => rule)),
        fc.string({ maxLength: 512 }).map((text) => text.replaceAll(/[\r\n]/g, ' ')),
        (rule, text) => {
          const patch = codePatch(finding({ rule, text }));

          expect(patch.length).toBeLessThan(16_384);
          expect(patch.startsWith('--- a/')).toBe(true);
        },
      ),
    );
  });
});
