import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sha256Hex, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { agent } from './testing/agent-process.ts';
import { cli } from './testing/run-cli.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trustfleet-scan-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function put(path: string, text: string): Promise<string> {
  const at = join(directory, path);
  await mkdir(dirname(at), { recursive: true });
  await writeFile(at, text);
  return at;
}
const api = (path: string, version: string): Promise<string> =>
  put(`${path}/shotgun_api3/shotgun.py`, `__version__ = "${version}"\n`);

describe('scan --only shotgrid --search', () => {
  it('says of every copy which era it is of and where it looks, and of every core what it brings', async () => {
    const loose = await api('opt/tools', '3.0.38');
    const bundle = await put('opt/tools/shotgun_api3/lib/httplib2/cacerts.txt', WELL_KNOWN_ROOTS[0]!.pem);
    const vendored = await api('studio/install/core/python/tank_vendor', '3.10.9');
    await put('studio/install/core/python/tank/__init__.py', '');
    const core = await put('studio/install/core/info.yml', 'version: "v0.23.6"\n');

    const { code, stdout, stderr } = await agent([
      'scan',
      '--json',
      '--only',
      'shotgrid',
      '--search',
      directory,
    ]);

    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      sections: {
        shotgrid: {
          apis: [
            {
              path: loose,
              version: '3.0.38',
              era: 'E6',
              eraReason: expect.stringContaining('3.0.38') as string,
              bundles: [
                { path: bundle, sha256: sha256Hex(Buffer.from(WELL_KNOWN_ROOTS[0]!.pem)), certificates: 1 },
              ],
              trust: {
                crud: [
                  'argument',
                  'env:SHOTGUN_API_CACERTS',
                  'env:HTTPLIB2_CA_CERTS',
                  'module:ca_certs_locater',
                  'module:certifi',
                  'bundle:lib/httplib2/cacerts.txt',
                ],
                form: ['argument', 'env:SHOTGUN_API_CACERTS', 'python'],
                s3: ['python'],
              },
            },
            {
              path: vendored,
              version: '3.10.9',
              era: 'E10',
              eraReason: expect.stringContaining('newer') as string,
              bundles: [],
              trust: Object.fromEntries(
                ['crud', 'form', 's3'].map((path) => [
                  path,
                  ['argument', 'env:SHOTGUN_API_CACERTS', 'bundle:lib/certifi/cacert.pem'],
                ]),
              ),
            },
          ],
          cores: [{ path: core, version: 'v0.23.6', apis: [{ path: vendored, version: '3.10.9' }] }],
        },
      },
    });
    expect(code).toBe(0);
  });

  it('finds the copy that lies in a zip, by the file and the member', async () => {
    await put('core/info.yml', 'version: "v0.23.8"\n');
    await put('core/python/tank/__init__.py', '');
    await put('core/requirements/3.11/shotgun_api3/shotgun.py', '__version__ = "3.10.0"\n');
    const at = join(directory, 'core/requirements/3.11');
    execFileSync('python3', ['-m', 'zipfile', '-c', 'pkgs.zip', 'shotgun_api3/'], { cwd: at });
    await rm(join(at, 'shotgun_api3'), { recursive: true });

    const { stdout } = await cli('scan', '--json', '--only', 'shotgrid', '--search', directory);

    const path = `${at}/pkgs.zip!shotgun_api3/shotgun.py`;
    expect(JSON.parse(stdout)).toMatchObject({
      sections: {
        shotgrid: {
          apis: [{ path, version: '3.10.0', trust: { crud: ['bundle:lib/certifi/cacert.pem'] } }],
          cores: [{ version: 'v0.23.8', apis: [{ path, version: '3.10.0' }] }],
        },
      },
    });
  });

  it('raises no alarm for what an upgrade of a core laid aside', async () => {
    const inUse = await api('pc/install/core/python/tank_vendor', '3.9.0');
    const aside = 'pc/install/core.backup/20240131_101500';
    await api(`${aside}/python/tank_vendor`, '3.8.4');
    for (const core of ['pc/install/core', aside]) {
      await put(`${core}/info.yml`, 'version: "v0.23.0"\n');
      await put(`${core}/python/tank/__init__.py`, '');
    }

    const { stdout } = await cli('scan', '--json', '--only', 'shotgrid', '--search', directory);

    expect(JSON.parse(stdout)).toMatchObject({
      sections: { shotgrid: { apis: [{ path: inUse }], cores: [{ apis: [{ path: inUse }] }] } },
    });
  });

  it('looks nowhere else, and below several directories', async () => {
    const one = await api('one', '3.9.0');
    const two = await api('two', '3.9.1');
    await api('three', '3.9.2');

    const { stdout } = await cli(
      'scan',
      '--only',
      'shotgrid',
      '--search',
      join(directory, 'one'),
      join(directory, 'two'),
    );

    expect(stdout).toMatch(new RegExp(`${one} +3\\.9\\.0 +E10[^]*${two} +3\\.9\\.1 +E10`));
    expect(stdout).not.toContain('3.9.2');
  });

  it.each([
    [['--search', '/tmp'], /--search goes with --only shotgrid/],
    [['--only', 'pythons', '--search', '/tmp'], /--search goes with --only shotgrid/],
    [['--only', 'shotgrid', '--search', '/nonexistent/studio'], /\/nonexistent\/studio does not exist/],
    [['--only', 'shotgrid', '--search', '/etc/hostname'], /\/etc\/hostname is no directory/],
    [['--only', 'shotgrid', '--search'], /argument missing/],
    [['--only', 'shotgun'], /There is no such section; the sections are .*shotgrid/],
    [['--only', 'shotgrid', '--section', 'code'], /cannot be used with option/],
  ])('scan %j is wrong use', async (args, sentence) => {
    const { code, stdout, stderr } = await cli('scan', ...args);

    expect(stderr).toMatch(sentence);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});
