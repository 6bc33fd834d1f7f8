import { appendFile, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareWine, type WineLab, type WineProcess, type WineResult } from '@trustfleet/testkit';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { findPackage } from './testing/find-package.ts';
import { writeIdentity } from './testing/write-identity.ts';

const PACKAGE = 'C:\\package';
const AGENT = `${PACKAGE}\\trustfleet-agent.exe`;
const STATE = 'C:\\ProgramData\\Trustfleet\\Agent';
const INSTALLED = 'C:\\Program Files\\Trustfleet\\trustfleet-agent.exe';
/** State of another agent that runs by hand. */
const USED = 'C:\\used';
/** Wine's machines are slow beside others. */
const PATIENCE = { timeout: 60_000, interval: 200 };

let lab: WineLab;
let keepsServices: WineProcess;
beforeAll(async () => {
  lab = await prepareWine();
  await cp(await findPackage('win-x64'), lab.toUnix(PACKAGE), { recursive: true });
  // Wine's services end with the last program of a person.
  keepsServices = lab.start([lab.node, '-e', 'setTimeout(() => undefined, 600_000)'], { timeoutMs: 600_000 });
});
afterAll(async () => {
  await keepsServices.kill();
  await lab.dispose();
});

const agent = (...args: readonly string[]): Promise<WineResult> =>
  lab.run([AGENT, ...args], { timeoutMs: 120_000 });
const log = (): Promise<string> => readFile(join(lab.toUnix(STATE), 'agent.log'), 'utf8');
/** The agent's process, as its status says. */
async function runningPid(): Promise<number> {
  const status = JSON.parse(await readFile(join(lab.toUnix(STATE), 'status.json'), 'utf8')) as {
    pid: number;
  };
  return status.pid;
}

it('the executable runs', async () => {
  expect(await agent('--version')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\s*$/) as string,
  });
  const scan = await agent('scan', '--section', 'system', '--json');
  expect(scan.exitCode).toBe(0);
  expect(JSON.parse(scan.stdout)).toMatchObject({ system: { os: { platform: 'windows' } } });
  expect((await agent('observe')).stderr).toMatch(/unknown command 'observe'/);
});

it('never takes koffi from where it is called', async () => {
  const planted = join(lab.scratch, 'node_modules/koffi');
  await mkdir(planted, { recursive: true });
  await writeFile(join(planted, 'package.json'), '{"name":"koffi","main":"index.js"}');
  await writeFile(join(planted, 'index.js'), 'require("fs").writeFileSync("C:\\\\planted.txt", "ran");');
  await mkdir(lab.toUnix('C:\\alone'));
  await cp(lab.toUnix(AGENT), lab.toUnix('C:\\alone\\trustfleet-agent.exe'));

  const { exitCode, stderr } = await lab.run(['C:\\alone\\trustfleet-agent.exe', 'install'], {
    timeoutMs: 120_000,
    cwd: lab.scratch,
  });

  expect(await readdir(lab.toUnix('C:\\'))).not.toContain('planted.txt');
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(/koffi could not be loaded.*belongs at C:\\alone\\koffi\.node/);
  expect(exitCode).toBe(1);
});

it('a service is installed, started, started again after a crash, stopped, and leaves nothing', async () => {
  const programs = await readdir(join(lab.prefix, 'drive_c/Program Files'));
  await writeFile(
    lab.toUnix(`${PACKAGE}\\list.json`),
    '{"format":1,"permits":["trustStore.addAnchor","trustStore.removeAnchor"]}',
  );
  const installed = await agent('install', '--allow-list', `${PACKAGE}\\list.json`);
  expect(installed.stderr).toBe('');
  expect(installed.stdout).toMatch(
    /Permits: +trustStore\.addAnchor, trustStore\.removeAnchor \(C:\\ProgramData\\Trustfleet\\allow-list\.json\)/,
  );
  expect(installed.stdout).toMatch(/installed and waits: this machine is not enrolled/);
  expect((await agent('start')).stderr).toMatch(/not enrolled/);

  for (const place of [STATE, USED]) await writeIdentity(lab.toUnix(place));
  expect((await agent('start')).stdout).toMatch(/The service runs/);
  await vi.waitFor(async () => {
    expect(await log()).toMatch(/agent started/);
    expect((await agent('status')).stdout).toMatch(
      /Agent: +running[^]*Permits: +trustStore\.addAnchor, [^]*Service: +running/,
    );
  }, PATIENCE);

  // The agent's end, as a crash is one: it is started again, and the service is never seen stopped.
  const first = await runningPid();
  await lab.run([lab.node, '-e', `process.kill(${first})`], { timeoutMs: 60_000 });
  await vi.waitFor(async () => {
    expect(await log()).toMatch(/the agent ended by itself[^]*started again in \d+ ms \(failure 1 of 6/);
    expect(await runningPid()).not.toBe(first);
  }, PATIENCE);
  expect((await agent('status')).stdout).toMatch(/Service: +running/);

  // Another release, while somebody uses the program that lies there: Windows keeps it, and the service goes on.
  const used = lab.start([INSTALLED, 'run', '--state-dir', USED], { timeoutMs: 120_000 });
  await vi.waitFor(async () => {
    expect(await readdir(lab.toUnix(USED))).toContain('status.json');
  }, PATIENCE);
  await appendFile(lab.toUnix(AGENT), 'another release');
  const refused = await agent('install');
  await used.kill();
  expect(refused.stderr).toMatch(
    /could not be put into C:\\Program Files\\Trustfleet .*The service runs as before/,
  );
  expect(refused.stderr.trimEnd().split('\n')).toHaveLength(1);
  expect((await agent('status')).stdout).toMatch(/Service: +running/);
  expect((await agent('install')).stdout).toMatch(/Program: [^]*installed and runs/);

  // A stop is one that the agent hears of.
  expect((await agent('stop')).stdout).toMatch(/is stopped/);
  expect(await log()).toMatch(/agent stops reason="its input ended"/);
  expect((await agent('status')).stdout).toMatch(/Agent: +not running[^]*Service: +stopped/);

  expect((await agent('uninstall', '--purge')).stdout).toMatch(/service is removed[^]*Revoke host/);
  expect((await agent('status')).stdout).toMatch(/Not enrolled[^]*Service: +none/);
  expect(await readdir(join(lab.prefix, 'drive_c/Program Files'))).toEqual(programs);
  expect(await readdir(lab.toUnix('C:\\ProgramData'))).not.toContain('Trustfleet');
});
