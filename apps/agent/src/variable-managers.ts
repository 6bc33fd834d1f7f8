import type { Host } from '@trustfleet/host';
import {
  dpkgOwner,
  managerInText,
  packageOwning,
  policySets,
  VARIABLE_FORMATS,
  type OwnedTarget,
  type Subject,
  type VariablePlace,
} from '@trustfleet/remedies';

const LIMIT_MS = 10_000;
const ENV = { LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
const DPKG = '/usr/bin/dpkg-query';
const RPM = '/usr/bin/rpm';
const HISTORY = 'C:\\ProgramData\\Microsoft\\Group Policy\\History';
const MAX_POLICIES = 200;
const MAX_XML_BYTES = 1024 * 1024;

export type ManagerHost = Pick<
  Host,
  'isExecutable' | 'listDirectory' | 'platform' | 'readFile' | 'runProgram'
>;

async function answer(host: ManagerHost, argv: readonly [string, ...string[]]): Promise<string | null> {
  if (!(await host.isExecutable(argv[0]))) return null;
  const result = await host.runProgram({ argv, env: ENV, timeoutMs: LIMIT_MS });
  return result.state === 'exited' && result.exitCode === 0
    ? Buffer.from(result.stdout).toString('utf8')
    : null;
}

/** dpkg and rpm, where they are there; both take a path as it is after `--`. */
async function packageOf(host: ManagerHost, path: string): Promise<OwnedTarget | null> {
  const dpkgSearch = await answer(host, [DPKG, '-S', '--', path]);
  const name = dpkgOwner(dpkgSearch, path);
  const dpkgConffiles =
    name === null ? null : await answer(host, [DPKG, '-W', '-f=${Conffiles}\n', '--', name]);
  const rpmOwner = await answer(host, [RPM, '-qf', '--qf', '%{NAME}\\n', '--', path]);
  const rpmConfig = rpmOwner === null ? null : await answer(host, [RPM, '-qcf', '--', path]);
  return packageOwning(path, { dpkgSearch, dpkgConffiles, rpmOwner, rpmConfig });
}

/** Preferences of group policies that were applied: below their History, of the machine or of one account (its SID). */
async function policyOf(
  host: ManagerHost,
  { name, scope }: Subject,
  source: string,
): Promise<OwnedTarget | null> {
  if (scope === 'service') return null;
  const listing = await host.listDirectory(HISTORY, { limit: MAX_POLICIES });
  if (listing.state !== 'listed') return null;
  const whose = scope === 'machine' ? 'Machine' : (source.split('\\')[1] ?? '');
  for (const { name: policy } of listing.entries) {
    const path = `${HISTORY}\\${policy}\\${whose}\\Preferences\\EnvironmentVariables\\EnvironmentVariables.xml`;
    const read = await host.readFile(path, { maxBytes: MAX_XML_BYTES });
    if (read.state === 'read' && policySets(Buffer.from(read.bytes).toString('utf8'), name))
      return { kind: 'gpo', manager: `the group policy ${policy}`, target: source, putsBack: true };
  }
  return null;
}

/** Who else writes the place of a variable; `text`: what stands in its file. */
export async function managersOf(
  host: ManagerHost,
  subject: Subject,
  { place, text }: { readonly place: VariablePlace; readonly text: string | undefined },
): Promise<OwnedTarget[]> {
  if (place.kind === 'registry')
    return [await policyOf(host, subject, place.source)].filter((one) => one !== null);
  if (place.kind !== 'file' || text === undefined) return [];
  const { format, source: target } = place;
  const says = (line: string): boolean => VARIABLE_FORMATS[format].assignments(line, subject.name).length > 0;
  const byText = managerInText({ target, text }, says);
  const byPackage = place.asOwner || byText !== null ? null : await packageOf(host, target);
  return [byText, byPackage].filter((one) => one !== null);
}
