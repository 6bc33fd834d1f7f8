import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { createHost, openFileAccess, readBootId, readSystemFacts } from '../index.ts';
import { sha256 } from './digest.ts';

const FOLDER = 'C:\\probe';
const PID_FILE = `${FOLDER}\\grandchild.pid`;
const FILE = `${FOLDER}\\state.json`;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // Gone: that is the answer.
    return false;
  }
};

/** Replaces a file while a reader has it open for a moment, as a virus scanner does. */
async function replaceWhileRead(): Promise<unknown> {
  const host = createHost();
  await host.writeFile(FILE, Buffer.from('old'));
  const reader = await open(FILE, 'r');
  const closing = wait(300).then(() => reader.close());
  await host.writeFile(FILE, Buffer.from('new'));
  await closing;
  const text = readFileSync(FILE, 'utf8');
  return {
    text,
    names: await readdir(FOLDER),
    removed: await host.removeFile(FILE),
    again: await host.removeFile(FILE),
  };
}

/** A program that starts another one and does not end. */
async function killTree(): Promise<unknown> {
  const [, self = ''] = process.argv;
  const abort = new AbortController();
  const running = createHost().runProgram({
    ...{ argv: [process.execPath, self, 'parent'], env: {}, timeoutMs: 40_000, signal: abort.signal },
  });
  for (let tries = 0; tries < 200 && !existsSync(PID_FILE); tries += 1) await wait(100);
  await wait(200);
  const pid = Number(readFileSync(PID_FILE, 'utf8'));
  const before = isAlive(pid);
  abort.abort();
  const { state } = await running;
  for (let tries = 0; tries < 100 && isAlive(pid); tries += 1) await wait(50);
  return { before, state, after: isAlive(pid) };
}

async function access(): Promise<unknown> {
  const files = await openFileAccess();
  if (files === null) throw new Error('This is no Windows');
  await files.makePrivateDirectory(`${FOLDER}\\deep\\private`);
  return {
    made: await files.problem(`${FOLDER}\\deep\\private`, 'secret'),
    readable: await files.problem(FOLDER, 'secret'),
    ours: await files.problem('C:\\windows\\win.ini', 'write'),
    open: await files.problem('Z:\\tmp', 'write'),
  };
}

async function look(): Promise<unknown> {
  const host = createHost();
  const search = { maxDepth: 2, prune: [], limit: 10, timeoutMs: 20_000 };
  return {
    share: await host.readFile('\\\\server\\share\\ca.pem'),
    device: await host.listDirectory('\\\\.\\C:'),
    network: await host.networkMount('\\\\server\\share'),
    local: await host.networkMount('C:\\lab'),
    found: await host.findFiles({ ...search, root: 'C:\\lab', names: ['NODE.*'] }),
    chain: await host.inspectPath('C:\\lab\\node.exe'),
    executable: [
      await host.isExecutable('C:\\lab\\node.exe'),
      await host.isExecutable('C:\\lab\\koffi.node'),
    ],
    foreign: await host.findForeign({ directory: 'C:\\lab', owners: [], timeoutMs: 1000 }),
    users: await host.users('/'),
  };
}

async function registry(): Promise<unknown> {
  const texts = createHost().registry;
  return {
    environment: await texts?.read(
      'localMachine',
      'SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment',
    ),
    missing: await texts?.read('localMachine', 'SOFTWARE\\Trustfleet\\not there'),
    users: await texts?.read('users', ''),
  };
}

/** At each of the ports. */
async function observe(ports: readonly number[]): Promise<unknown> {
  const host = createHost();
  const seen: unknown[] = [];
  for (const port of ports) {
    const look = await host.observeEndpoint({
      ...{ host: '127.0.0.1', port, serverName: 'localhost', proxy: null, timeoutMs: 20_000 },
    });
    seen.push({ ...look, chain: look.chain.map(sha256) });
  }
  return seen;
}

async function main(): Promise<void> {
  if (process.argv[2] === 'grandchild') {
    writeFileSync(PID_FILE, String(process.pid));
    await wait(60_000);
  } else if (process.argv[2] === 'parent') {
    spawn(process.execPath, [process.argv[1] ?? '', 'grandchild'], { stdio: 'ignore' });
    await wait(60_000);
  } else {
    mkdirSync(FOLDER);
    const answers = {
      replaced: await replaceWhileRead(),
      tree: await killTree(),
      access: await access(),
      looked: await look(),
      registry: await registry(),
      observed: await observe(process.argv.slice(2).map(Number)),
      boot: [await readBootId(), await readBootId()],
      facts: [await readSystemFacts(), await readSystemFacts()],
    };
    process.stdout.write(JSON.stringify(answers));
  }
}

void main();
