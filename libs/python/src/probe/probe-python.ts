import { randomUUID } from 'node:crypto';
import { clip } from '@trustfleet/protocol';
import type { Account, PythonPorts } from '../ports.ts';
import { createScan, type Scan } from '../scan.ts';
import type { CollectOptions } from '../types.ts';
import { mayProbe } from './may-probe.ts';
import { parseProbe, type ProbeOutput } from './parse-probe.ts';
import { PROBE_SCRIPT } from './probe-script.ts';
import type { ProbeRequest, ProbeResult, ProbeRun, ProbeTarget } from './types.ts';

const MAX_TARGETS = 200;
const CONNECT_TIMEOUT_MS = 8000;
/** Start-up and imports: DCC Pythons and cold discs are slow (failures.md §8). */
const START_MS = 20_000;
/** However much is asked for: what is not done then is not probed. */
const MAX_RUN_MS = 180_000;
const MAX_OUTPUT_BYTES = 1024 * 1024;

/** Shakes hands as the clients of one Python do. Never rejects for what it meets. */
export type ProbePython = (request: ProbeRequest) => Promise<ProbeRun>;

/** One round of probes: what is looked at in order to decide who may be run is looked at once. */
export async function openProbe(ports: PythonPorts, options: CollectOptions): Promise<ProbePython> {
  const scan = await createScan(ports, options);
  return (request) => probe(scan, request);
}

/**
 * One process for all targets of one Python under one set of variables. Without -I, which would hide PYTHONPATH and user packages, but
 * -B, in a directory that is empty and root's; with these variables and nothing that the agent has itself (failures.md §7.5, §8).
 */
async function probe(scan: Scan, request: ProbeRequest): Promise<ProbeRun> {
  const decision = await mayProbe(scan, request);
  if (!decision.run) return notRun(request, decision.because);
  const mark = `<<<TRUSTFLEET-PROBE-${randomUUID()}`;
  const targets = request.targets.slice(0, MAX_TARGETS);
  const timeoutMs = request.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
  const result = await scan.ports.runProgram({
    argv: [request.python.path, '-B', '-c', PROBE_SCRIPT],
    env: environmentOf(scan, request),
    cwd: scan.options.workingDirectory ?? '/',
    input: `${JSON.stringify({ mark, timeout: timeoutMs / 1000, targets: targets.map(asked) })}\n`,
    timeoutMs: Math.min(
      (scan.options.interpreterTimeoutMs ?? START_MS) + targets.length * timeoutMs,
      MAX_RUN_MS,
    ),
    maxOutputBytes: MAX_OUTPUT_BYTES,
    runAs: decision.account ?? undefined,
  });
  const output = parseProbe(Buffer.from(result.stdout).toString('utf8'), mark);
  const cut = output.ended
    ? null
    : (result.reason ?? 'it ended before it had answered: it is no Python that can be asked');
  return {
    notProbed: cut === null ? null : clip(cut, 512),
    ranAs: uidOf(decision.account),
    ssl: output.ssl,
    results: request.targets.map((target, index) => resultOf(target, { output, index, cut })),
  };
}

const uidOf = (account: Account | null): number | null => account?.uid ?? null;

function asked({ host, port, client, install }: ProbeTarget): Omit<ProbeTarget, 'endpoint'> {
  return { host, port, client, install };
}

/** As a login sets it, and no more: what counts is what the context says. */
function environmentOf(scan: Scan, { account, variables }: ProbeRequest): Record<string, string> {
  const windows = scan.ports.platform === 'windows';
  const { processEnv } = scan.options;
  // Sockets do not work on Windows without it.
  const systemRoot = processEnv['SystemRoot'] ?? 'C:\\Windows';
  const home = account?.home ?? scan.options.workingDirectory ?? '/';
  return {
    ...(windows
      ? { SystemRoot: systemRoot, PATH: `${systemRoot}\\System32`, USERPROFILE: home }
      : { HOME: home, PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' }),
    ...variables,
  };
}

function resultOf(
  target: ProbeTarget,
  from: { readonly output: ProbeOutput; readonly index: number; readonly cut: string | null },
): ProbeResult {
  const found = from.output.results.get(from.index);
  if (found !== undefined) return { ...target, ...found };
  const because =
    from.index < MAX_TARGETS
      ? (from.cut ?? 'it did not say what came of it')
      : `only the first ${MAX_TARGETS} handshakes are made in one run`;
  return { ...target, ...nothing(because) };
}

function notRun({ targets }: ProbeRequest, because: string): ProbeRun {
  return {
    notProbed: clip(because, 512),
    ranAs: null,
    ssl: null,
    results: targets.map((target) => ({ ...target, ...nothing(because) })),
  };
}

function nothing(because: string): Omit<ProbeResult, keyof ProbeTarget> {
  return { state: 'notProbed', stage: null, errorClass: null, message: clip(because, 512), verifyCode: null };
}
