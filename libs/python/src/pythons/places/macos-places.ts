import { below } from '../../paths.ts';
import type { Scan } from '../../scan.ts';
import type { Candidate, Place } from './candidate.ts';
import { directoriesIn } from './directories-in.ts';

const FRAMEWORK = '/Library/Frameworks/Python.framework/Versions';
/** Where the developer tools have the Python that /usr/bin/python3 stands for. */
const DEVELOPER_TOOLS = [
  '/Library/Developer/CommandLineTools/usr/bin',
  '/Applications/Xcode.app/Contents/Developer/usr/bin',
];
const STUBS = ['/usr/bin/python3', '/usr/bin/python'];

/** Directories of interpreters of macOS: python.org, Homebrew, the developer tools. */
export async function macosPlaces(scan: Scan): Promise<Place[]> {
  const at = (path: string): string => below(scan.root, path);
  const versions = await directoriesIn(scan, { path: at(FRAMEWORK), reader: null });
  const places: Place[] = versions.map((version) => ({
    directory: `${at(FRAMEWORK)}/${version}/bin`,
    kind: 'framework',
    reader: null,
  }));
  for (const prefix of ['/opt/homebrew', '/usr/local']) {
    places.push({
      directory: at(`${prefix}/bin`),
      kind: 'homebrew',
      reader: await scan.readerFor(at(prefix)),
    });
    const cellar = at(`${prefix}/opt`);
    if ((await scan.chain(cellar)).state !== 'resolved') continue;
    const listing = await scan.list(cellar, await scan.readerFor(cellar));
    for (const { name } of listing.state === 'listed' ? listing.entries : [])
      if (/^python@/.test(name))
        places.push({
          directory: `${cellar}/${name}/bin`,
          kind: 'homebrew',
          reader: await scan.readerFor(`${cellar}/${name}`),
        });
  }
  for (const directory of DEVELOPER_TOOLS)
    places.push({ directory: at(directory), kind: 'commandLineTools', reader: null });
  return places;
}

/** Apple's /usr/bin/python3 opens a window that offers the developer tools where they are missing (failures.md §7.4): never started. */
export async function macosStubs(scan: Scan): Promise<Candidate[]> {
  const stubs: Candidate[] = [];
  for (const path of STUBS.map((stub) => below(scan.root, stub)))
    if ((await scan.chain(path)).state === 'resolved')
      stubs.push({ path, kind: 'commandLineTools', neverRun: MACOS_STUB });
  return stubs;
}

export const MACOS_STUB =
  "it only stands for the Python of Apple's developer tools, and offers to install them";

/** Also at the end of a link. */
export function isMacosStub(scan: Scan, realPath: string): boolean {
  return scan.ports.platform === 'macos' && STUBS.some((stub) => realPath === below(scan.root, stub));
}
