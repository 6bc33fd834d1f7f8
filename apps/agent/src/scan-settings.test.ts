import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_SCAN_SETTINGS, readScanSettings } from './scan-settings.ts';
import { cli } from './testing/run-cli.ts';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trustfleet-agent-'));
  path = join(directory, 'scan.json');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const write = (content: unknown): Promise<void> =>
  writeFile(path, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o644 });

describe('readScanSettings', () => {
  it('takes what is there, and nothing for the rest', async () => {
    const given = {
      search: ['/opt/studio', 'D:\\tools'],
      products: [{ product: 'Katana', patterns: ['/opt/Katana*/bin/python*', '~/katana/python'] }],
    };
    await write(given);

    expect(await readScanSettings(path)).toEqual({
      settings: { ...NO_SCAN_SETTINGS, ...given },
      problem: null,
    });
  });

  it('is nothing where there is no file', async () => {
    expect(await readScanSettings(path)).toEqual({
      settings: { search: [], readNetwork: [], products: [], code: [] },
      problem: null,
    });
  });

  it.each([
    ['{', /scan\.json is not followed: it is not JSON in UTF-8/],
    [{ code: ['studio'] }, /at code\.0: an absolute path is needed/],
    [{ code: '/opt/studio' }, /at code: .*expected array/],
    [{ serach: [] }, /Unrecognized key: "serach"/],
    [{ products: [{ product: '', patterns: [] }] }, /at products\.0\.product/],
    [{ search: Array.from({ length: 51 }, () => '/opt') }, /at search: .*50/],
    [[], /expected object/],
    [`"${'x'.repeat(70_000)}"`, /larger than 65536 bytes/],
  ])('says what is wrong with %j', async (content, sentence) => {
    await write(content);

    const { settings, problem } = await readScanSettings(path);

    expect(problem).toMatch(sentence);
    expect(settings).toEqual(NO_SCAN_SETTINGS);
  });

  it('does not follow a file that somebody else could write', async () => {
    await write({ code: ['/opt/studio'] });
    await chmod(path, 0o666);

    expect(await readScanSettings(path)).toEqual({
      settings: NO_SCAN_SETTINGS,
      problem: expect.stringContaining('chmod go-w') as string,
    });
  });
});

describe('scan', () => {
  it('reads the code that the file names, and says so of a file that it does not follow', async () => {
    // Below a directory of everybody's it is read as nobody.
    await chmod(directory, 0o755);
    const code = join(directory, 'launch.py');
    await writeFile(code, 'ctx.check_hostname = False\n');
    await write({ code: [code] });
    const scan = () => cli('scan', '--only', 'code', '--json', '--scan-settings', path, '--root', directory);

    expect(JSON.parse((await scan()).stdout)).toMatchObject({
      sections: { code: { findings: [{ path: code, rule: 'checkHostnameOff' }], files: 1 } },
    });

    await write({ code: 'everything' });
    expect(JSON.parse((await scan()).stdout)).toMatchObject({ sections: { code: { findings: [] } } });
    const { stdout } = await cli('scan', '--only', 'code', '--scan-settings', path, '--root', directory);
    expect(stdout).toMatch(/Could not be looked at[^]*scan\.json is not followed: at code/);
  });
});
