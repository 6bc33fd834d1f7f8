import { findLayout } from '../pythons/layout.ts';
import { openProgram, type Program } from '../pythons/program.ts';
import { mayRun, type RunDecision, type Subject } from '../pythons/run-rule.ts';
import { expandSites } from '../pythons/sites.ts';
import type { Scan } from '../scan.ts';
import type { ProbeRequest } from './types.ts';

const no = (because: string): RunDecision => ({ run: false, because });

/**
 * Whether and as whom (security.md, "a local user"). Beyond the interpreter's own files, all that the variables and the targets would
 * have it execute counts: PYTHONPATH, PYTHONHOME, an OpenSSL configuration, which may name a library, and the copies of shotgun_api3.
 * Variables of one account are judged with its rights or not at all.
 */
export async function mayProbe(scan: Scan, request: ProbeRequest): Promise<RunDecision> {
  const refusal = refuse(scan, request);
  if (refusal !== null) return no(refusal);
  const program = await openProgram(scan, { path: request.python.path, kind: request.python.kind });
  if (program === null) return no('it is no longer there');
  if (program.neverRun !== null) return no(program.neverRun);
  // The C library would hand such a file to /bin/sh.
  if (program.form === 'other') return no('it is neither a program nor a script');
  return await mayRun(scan, await subjectOf(scan, { program, request }));
}

async function subjectOf(
  scan: Scan,
  { program, request }: { readonly program: Program; readonly request: ProbeRequest },
): Promise<Subject> {
  const { account } = request;
  const layout = await findLayout(scan, program);
  const { directories } = await expandSites(program.on, {
    sites: layout?.sites ?? [],
    library: layout?.library ?? null,
  });
  return {
    path: program.candidate.path,
    isScript: program.form === 'script',
    readAs: account === null ? undefined : { uid: account.uid, gid: account.gid },
    layout,
    sites: [...directories, ...executedBeside(scan, request, layout?.version ?? null)],
  };
}

/** What is plain before anything is looked at. */
function refuse(scan: Scan, { python, account, variables }: ProbeRequest): string | null {
  if (python.facts === 'static') return python.notRunBecause ?? 'this Python is only read from its files';
  const masked = Object.keys(variables).find((name) => /\*\*\*@/.test(variables[name] ?? ''));
  if (masked !== undefined) return `the credentials in ${masked} are not kept, so it could not be used`;
  const foreign = account !== null && !scan.ports.canActAs && account.uid !== scan.ports.uid;
  return foreign ? `the agent has no right to run anything as ${account.name}` : null;
}

/** What these variables and targets bring in besides. */
function executedBeside(scan: Scan, request: ProbeRequest, version: string | null): string[] {
  const { variables, account, targets } = request;
  const separator = scan.ports.platform === 'windows' ? ';' : ':';
  // A relative entry leads into the working directory, which is empty and root's. PYTHONHOME may name two directories.
  const named = [
    ...(variables['PYTHONPATH'] ?? '').split(separator),
    ...(variables['PYTHONHOME'] ?? '').split(separator),
    variables['OPENSSL_CONF'] ?? '',
  ].filter((entry) => /^(\/|[A-Za-z]:)/.test(entry));
  const line = /^\d+\.\d+/.exec(version ?? '')?.[0];
  // Whatever lies in an account's own home runs with no more than its own rights; only root's would be root's.
  const own =
    account?.uid === 0 && line !== undefined
      ? [`${account.home}/.local/lib/python${line}/site-packages`]
      : [];
  return [...named, ...own, ...targets.flatMap(({ install }) => codeOf(install))];
}

/** A core's archive brings the core's own loader (shotgrid.md §2.5). */
function codeOf(install: string | null): string[] {
  if (install === null) return [];
  const [file = '', member] = install.split('!');
  if (member === undefined) return [install];
  const core = file.split('/').slice(0, -3).join('/');
  return core === '' ? [file] : [file, `${core}/python/tank_vendor`];
}
