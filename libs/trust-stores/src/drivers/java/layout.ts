import { sha256Hex } from '@trustfleet/certificates';
import { below } from '../../paths.ts';
import type { StoreAccount, TrustStorePorts } from '../../ports.ts';
import { readerOf } from '../../reader.ts';
import type { HostDescription } from '../../types.ts';

/** One keystore file, whichever Javas lead to it. */
export interface JavaPlace {
  readonly id: string;
  /** After symbolic links. */
  readonly path: string;
  /** Every path that leads to it, sorted. */
  readonly paths: readonly string[];
  /** Homes of the Javas that open it, sorted. */
  readonly homes: readonly string[];
  /** Who makes it anew, so that nothing is changed there; null for a keystore that belongs to one Java. */
  readonly generatedBy: string | null;
  /** A home whose `jssecacerts` has Java pass this one over; null where there is none. */
  readonly hiddenIn: string | null;
  readonly keytool: string | null;
  /** Whose rights it is read with, where others than root can make its path lead elsewhere; undefined for the agent's own. */
  readonly reader: StoreAccount | undefined;
}

export interface JavaPlaces {
  readonly places: readonly JavaPlace[];
  /** Where Javas were looked for, to be watched. */
  readonly folders: readonly string[];
  /** What was not searched to its end, one sentence each. */
  readonly problems: readonly string[];
}

/** Of the Java that the system's administrator has chosen. */
export const SYSTEM_KEYTOOL = '/usr/bin/keytool';
/** Of the 64 stores that the section holds. */
const MAX_KEYSTORES = 24;
const MAX_HOMES = 200;
/** JSSE opens jssecacerts where there is one, else cacerts (JSSE Reference Guide, "Default truststore"). */
const NAMES = ['jssecacerts', 'cacerts'];
/** Folders whose entries are Javas. */
const JAVA_FOLDERS = ['/usr/lib/jvm', '/usr/lib64/jvm', '/usr/java', '/usr/local/java'];
/** Searched below, since applications bring Javas of their own. */
const APPLICATION_FOLDERS = ['/opt', '/usr/local', '/usr/autodesk'];
const SEARCH = { maxDepth: 8, limit: 200, timeoutMs: 15_000 };
/** An application that is installed meanwhile is seen after this; the search may cost seconds of disk. */
const SEARCH_AGE_MS = 10 * 60_000;
const PRUNED = ['node_modules', '.git', 'site-packages', 'src', 'doc', 'docs', 'man', 'include'];

/** Keystores that a system makes of its own store, and would make anew over every change of ours. */
const GENERATED: ReadonlyMap<string, string> = new Map([
  ['/etc/ssl/certs/java/cacerts', 'ca-certificates-java'],
  ['/etc/ssl/certs/adoptium/cacerts', 'adoptium-ca-certificates'],
  ['/etc/pki/java/cacerts', 'update-ca-trust'],
  ['/etc/pki/ca-trust/extracted/java/cacerts', 'update-ca-trust'],
  ['/var/lib/ca-certificates/java-cacerts', 'update-ca-certificates'],
  ['/etc/ca-certificates/extracted/java-cacerts.jks', 'trust extract-compat'],
]);

/** Every keystore of this host that a Java opens by itself (trust-stores.md §6.5: JAVA_HOME alone misses them). */
export async function findKeystores(ports: TrustStorePorts, host: HostDescription): Promise<JavaPlaces> {
  const at = (path: string): string => below(host.root, path);
  const generated = new Map([...GENERATED].map(([path, by]) => [at(path), by]));
  const folders = JAVA_FOLDERS.map(at);
  const found = new Set(generated.keys());
  for (const folder of folders) for (const path of await keystoresOfJavasIn(ports, folder)) found.add(path);
  const search = (): Promise<Searched> => searchApplications(ports, APPLICATION_FOLDERS.map(at));
  const applications = await (ports.readings?.aged(`java ${host.root}`, SEARCH_AGE_MS, search) ?? search());
  for (const path of applications.paths) found.add(path);
  const problems = [...applications.problems];
  const isApplications = (path: string): boolean =>
    APPLICATION_FOLDERS.some((folder) => path.startsWith(`${at(folder)}/`));
  const all = await placesOf(ports, { found: [...found].toSorted(), generated });
  // Whoever may unpack Javas below /opt must not push the system's own out of the report.
  const places = [false, true].flatMap((theirs) => all.filter(({ path }) => isApplications(path) === theirs));
  if (places.length > MAX_KEYSTORES)
    problems.push(`${places.length - MAX_KEYSTORES} more keystores of Javas were found and not read`);
  return { places: places.slice(0, MAX_KEYSTORES), folders, problems };
}

interface Searched {
  readonly paths: readonly string[];
  readonly problems: readonly string[];
}

async function searchApplications(ports: TrustStorePorts, folders: readonly string[]): Promise<Searched> {
  const paths: string[] = [];
  const problems: string[] = [];
  const there = await ports.identify(folders);
  for (const folder of folders.filter((_, index) => there[index]?.kind === 'directory')) {
    const share = await ports.networkMount(folder);
    if (share !== null) {
      problems.push(
        `${folder} lies on the network (${share}), so it was not searched for Javas of applications`,
      );
      continue;
    }
    const search = await ports.findFiles({ root: folder, names: NAMES, prune: PRUNED, ...SEARCH });
    paths.push(...search.paths.filter((path) => path.includes('/lib/security/')));
    if (!search.complete)
      problems.push(`${folder} was not searched to its end for Javas: ${search.detail ?? 'no end in time'}`);
  }
  return { paths, problems };
}

async function keystoresOfJavasIn(ports: TrustStorePorts, folder: string): Promise<readonly string[]> {
  const listing = await ports.listDirectory(folder, { limit: MAX_HOMES });
  if (listing.state !== 'listed') return [];
  return listing.entries
    .filter(({ kind }) => kind === 'directory' || kind === 'link')
    .flatMap(({ name }) => ['lib', 'jre/lib'].map((library) => `${folder}/${name}/${library}/security`))
    .flatMap((security) => NAMES.map((name) => `${security}/${name}`));
}

async function placesOf(
  ports: TrustStorePorts,
  { found, generated }: { found: readonly string[]; generated: ReadonlyMap<string, string> },
): Promise<readonly JavaPlace[]> {
  const pathsByTarget = new Map<string, string[]>();
  const identities = await ports.identify(found);
  for (const [index, path] of found.entries()) {
    if (identities[index] === null) continue;
    // Only the name that the links end in is asked for, not the content.
    const { realPath } = await ports.readFile(path, { maxBytes: 0 });
    const target = realPath ?? path;
    pathsByTarget.set(target, [...(pathsByTarget.get(target) ?? []), path]);
  }
  const places: JavaPlace[] = [];
  for (const [path, paths] of pathsByTarget) {
    const homes = paths.flatMap((one) => homeOf(one) ?? []);
    const own = await Promise.all(homes.map((home) => isThere(ports, `${home}/lib/security/jssecacerts`)));
    const hiddenIn = path.endsWith('/jssecacerts') ? null : (homes[own.indexOf(true)] ?? null);
    const generatedBy = [path, ...paths].flatMap((one) => generated.get(one) ?? [])[0] ?? null;
    const id = `java:${sha256Hex(Buffer.from(path)).slice(0, 12)}`;
    const keytool = await keytoolOf(ports, homes);
    const reader = await readerOf(ports, path);
    places.push({ id, path, paths, homes, generatedBy, hiddenIn, keytool, reader });
  }
  return places.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** `<home>/lib/security/cacerts`; a JDK 8 has a JRE inside, which is a home of its own. */
function homeOf(path: string): string | null {
  return /^(.+)\/lib\/security\/(?:jsse)?cacerts$/.exec(path)?.[1] ?? null;
}

/** Of the Java that opens it, of the JDK around that, else the system's. */
async function keytoolOf(ports: TrustStorePorts, homes: readonly string[]): Promise<string | null> {
  const beside = homes.flatMap((home) => [
    `${home}/bin/keytool`,
    `${home.replace(/\/jre$/, '')}/bin/keytool`,
  ]);
  for (const path of [...beside, SYSTEM_KEYTOOL]) if (await ports.isExecutable(path)) return path;
  return null;
}

async function isThere(ports: TrustStorePorts, path: string): Promise<boolean> {
  const [found] = await ports.identify([path]);
  return found !== null && found !== undefined;
}
