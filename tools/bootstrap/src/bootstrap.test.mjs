import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BootstrapError, checkNodeVersion } from './dependencies.mjs';
import { enrolFailure, prepareDataDir, readyFacts, withoutServerSecrets } from './fleet.mjs';
import { defaultDataDir, ROOT } from './paths.mjs';
import { ProcessGroup } from './process-group.mjs';
import { missingRequirements } from './requirements.mjs';
import { closingLine, readTestReports } from './test-counts.mjs';

const dir = mkdtempSync('/tmp/trustfleet-bootstrap-');
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('Node', () => {
  it.each(['20.18.9', '18.20.0'])('%s is refused with the version that is needed', (version) => {
    expect(() => checkNodeVersion(version)).toThrow(/20\.19 or newer.*this is Node/s);
  });
  it.each(['20.19.0', '22.1.0', '24.0.0'])('%s is enough', (version) => {
    expect(() => checkNodeVersion(version)).not.toThrow();
  });
});

describe('data directory', () => {
  it('is /var/lib/trustfleet for root, the XDG place for a user, and the variable before both', () => {
    expect(defaultDataDir({}, 0)).toBe('/var/lib/trustfleet');
    expect(defaultDataDir({ XDG_DATA_HOME: '/home/kim/data' }, 1000)).toBe('/home/kim/data/trustfleet');
    expect(defaultDataDir({ TRUSTFLEET_DATA_DIR: '/srv/t' }, 0)).toBe('/srv/t');
  });

  it('that cannot be written ends in one sentence', () => {
    const file = path.join(dir, 'a-file');
    writeFileSync(file, '');

    expect(() => prepareDataDir(path.join(file, 'data'))).toThrow(BootstrapError);
    expect(() => prepareDataDir(path.join(file, 'data'))).toThrow(
      /cannot be written \(ENOTDIR\).*TRUSTFLEET_DATA_DIR/,
    );
  });
});

describe('process group', () => {
  it('stops its programs in reverse order and kills one that does not listen, with its children', async () => {
    const lines = [];
    const group = new ProcessGroup({
      write: (line) => lines.push(line),
      onUnexpectedExit: () => lines.push('unexpected'),
    });
    const polite =
      "process.on('SIGTERM',()=>{console.log('bye');process.exit(0)});console.log('up');setInterval(()=>{},1e3)";
    const deaf =
      "process.on('SIGTERM',()=>{});const c=require('child_process').spawn('sleep',['600']);console.log('child '+c.pid);setInterval(()=>{},1e3)";
    group.start({ name: 'polite', argv: [process.execPath, '-e', polite], env: process.env });
    group.start({ name: 'deaf', argv: [process.execPath, '-e', deaf], env: process.env, stopMs: 300 });
    await expect
      .poll(() => lines.filter((line) => /up|child/.test(line)).length, { timeout: 20_000 })
      .toBe(2);
    const pid = Number(/child (\d+)/.exec(lines.join('\n'))[1]);

    await group.stopAll();

    expect(lines.at(-1)).toBe('[polite] bye');
    expect(lines).not.toContain('unexpected');
    await expect
      .poll(() =>
        spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
          .stdout.trim()
          .replace(/^Z.*/, ''),
      )
      .toBe('');
  });

  it('tells when an essential program ends by itself', async () => {
    const ended = await new Promise((resolve) => {
      const group = new ProcessGroup({
        write: () => {},
        onUnexpectedExit: (name, result) => resolve({ name, code: result.code }),
      });
      group.start({ name: 'server', argv: [process.execPath, '-e', 'process.exit(3)'], env: process.env });
    });

    expect(ended).toEqual({ name: 'server', code: 3 });
  });
});

describe('process group that stops', () => {
  it('starts nothing more: a program that comes late would be left behind', async () => {
    const group = new ProcessGroup({ write: () => {}, onUnexpectedExit: () => {} });
    await group.stopAll();

    expect(() =>
      group.start({ name: 'agent', argv: [process.execPath, '-e', ''], env: process.env }),
    ).toThrow(/agent is not started/);
  });
});

describe('launcher', () => {
  it('reads what its own server says, not what another one left', () => {
    const run = path.join(dir, 'run');
    mkdirSync(run);
    expect(readyFacts(run, 7)).toBeUndefined();
    writeFileSync(path.join(run, 'ready.json'), JSON.stringify({ pid: 7, url: 'http://127.0.0.1:1' }));

    expect(readyFacts(run, 8)).toBeUndefined();
    expect(readyFacts(run, 7)).toMatchObject({ url: 'http://127.0.0.1:1' });
  });

  it("keeps the database's password from all but the server", () => {
    const env = { PATH: '/bin', DATABASE_URL: 'postgresql://u:secret@db/x' };

    expect(withoutServerSecrets(env)).toEqual({ PATH: '/bin' });
    expect(env).toHaveProperty('DATABASE_URL');
  });

  it.each([
    [{ stderr: 'trustfleet-agent: no\n' }, 'trustfleet-agent: no'],
    [{ stderr: '', killed: true, signal: 'SIGTERM' }, 'it did not end within 60 seconds.'],
    [{ code: 1 }, 'it ended without a word (1).'],
  ])('says why an agent could not enrol without its command line: %j', (error, text) => {
    expect(enrolFailure({ message: 'Command failed: --token secret', ...error })).toBe(text);
  });
});

describe('requirements', () => {
  it('names what is missing and the suites that go with it', () => {
    const requirement = {
      name: 'Chromium',
      install: 'x',
      present: () => false,
      projects: ['dashboard', 'e2e'],
    };

    expect(
      missingRequirements([requirement, { ...requirement, present: () => true, projects: ['host'] }]),
    ).toEqual({
      missing: [requirement],
      skipped: ['dashboard', 'e2e'],
    });
  });
});

describe('closing line', () => {
  it('sums reports, counts a file that broke before its first test, and says what failed', () => {
    const reports = path.join(dir, 'reports');
    mkdirSync(reports);
    const broken = {
      ...{ name: '/repo/src/a.test.ts', status: 'failed', assertionResults: [], endTime: 3000 },
      message: 'SyntaxError: x',
    };
    const red = {
      ...{ name: '/repo/src/b.test.ts', status: 'failed', endTime: 2000 },
      assertionResults: [
        { fullName: 'b holds', status: 'passed' },
        { fullName: 'b breaks', status: 'failed', failureMessages: ['AssertionError: 1\n  at b.test.ts:3'] },
      ],
    };
    writeFileSync(
      path.join(reports, 'policy.json'),
      JSON.stringify({
        numPassedTests: 2,
        numFailedTests: 1,
        numPendingTests: 1,
        numTodoTests: 0,
        startTime: 1000,
        testResults: [broken, red],
      }),
    );

    expect(readTestReports(reports).suites).toEqual([
      {
        ...{ name: 'policy', passed: 2, failed: 2, skipped: 1, seconds: 2 },
        failures: [
          { name: 'a.test.ts', message: 'SyntaxError: x' },
          { name: 'b.test.ts: b breaks', message: 'AssertionError: 1\n  at b.test.ts:3' },
        ],
      },
    ]);
  });

  it.each([
    [{ passed: 3, failed: 0, skipped: 0 }, '3 passed, 0 failed'],
    [{ passed: 3, failed: 1, skipped: 2 }, '3 passed, 1 failed, 2 skipped'],
  ])('%j', (counts, line) => {
    expect(closingLine(counts)).toBe(line);
  });
});

describe('npm run test:full', () => {
  it('names the suites it knows when asked for another', async () => {
    const result = await new Promise((resolve) => {
      const child = spawn(process.execPath, [path.join(ROOT, 'tools/bootstrap/test-full.mjs'), 'nope']);
      let text = '';
      child.stderr.on('data', (chunk) => (text += chunk));
      child.on('close', (code) => resolve({ code, text }));
    });

    expect(result.code).toBe(2);
    expect(result.text).toContain('There is no suite "nope"');
  });
});
