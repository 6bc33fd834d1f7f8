import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { explainNpmFailure } from './explain-npm-failure.mjs';
import { ROOT } from './paths.mjs';

const MINIMUM_NODE = [20, 19];
const MARKER = path.join(ROOT, 'node_modules/.trustfleet-lock');

export class BootstrapError extends Error {}

export function checkNodeVersion(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  const enough = major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1]);
  if (!enough)
    throw new BootstrapError(
      `Node ${MINIMUM_NODE.join('.')} or newer is needed; this is Node ${version}. See https://nodejs.org.`,
    );
}

const lockDigest = () =>
  createHash('sha256')
    .update(readFileSync(path.join(ROOT, 'package-lock.json')))
    .digest('hex');

/** Whether node_modules is what package-lock.json says, as far as the last install of ours tells. */
export function dependenciesAreFresh() {
  return existsSync(MARKER) && readFileSync(MARKER, 'utf8') === lockDigest();
}

/** Runs `npm ci` when the lock file changed since the last time. Throws BootstrapError with one clear sentence. */
export async function ensureDependencies(log) {
  checkNodeVersion();
  if (dependenciesAreFresh()) return;
  log('Installing packages (npm ci) …');
  const output = await runNpmCi();
  if (output.code !== 0) throw new BootstrapError(await explainNpmFailure(output.text));
  writeFileSync(MARKER, lockDigest());
}

function runNpmCi() {
  return new Promise((resolve, reject) => {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    const child = spawn(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    const keep = (chunk) => {
      text = (text + chunk).slice(0, 256 * 1024);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) =>
      reject(new BootstrapError(`npm could not be started: ${error.message}. Install npm, then try again.`)),
    );
    child.on('close', (code) => resolve({ code, text }));
  });
}
