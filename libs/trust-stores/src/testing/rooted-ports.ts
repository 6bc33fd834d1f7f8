import type { StoreRunRequest, StoreRunResult, TrustStorePorts } from '../ports.ts';
import { realPorts, type TestHost } from './host.ts';

/** What takes the place of a tool: the argv that is run instead, or an answer of its own. */
export type TestTool = (request: StoreRunRequest) => readonly [string, ...string[]] | StoreRunResult;

/**
 * The real ports, for a driver that believes the test's tree to be `/`: for tools that know only the paths of the running system. A tool
 * is executable where the tree has a file of its name, and is run as `tools` says.
 */
export function rootedPorts(host: TestHost, tools: Readonly<Record<string, TestTool>> = {}): TrustStorePorts {
  const real = realPorts();
  const inside = (path: string): string =>
    path === host.root ? '/' : path.startsWith(`${host.root}/`) ? path.slice(host.root.length) : path;
  return {
    ...real,
    platform: 'linux',
    uid: 0,
    windowsStores: null,
    users: () => Promise.resolve({ users: [], detail: null }),
    async readFile(path, options) {
      const read = await real.readFile(host.at(path), options);
      const realPath = read.realPath === null ? null : inside(read.realPath);
      return read.state === 'read'
        ? { ...read, realPath }
        : { ...read, realPath, detail: read.detail.replaceAll(host.root, '') };
    },
    listDirectory: (path, options) => real.listDirectory(host.at(path), options),
    async findFiles(search) {
      const found = await real.findFiles({ ...search, root: host.at(search.root) });
      return { ...found, paths: found.paths.map(inside) };
    },
    networkMount: (path) => real.networkMount(host.at(path)),
    isExecutable: (path) => real.isExecutable(host.at(path)),
    isWritable: (path) => real.isWritable(host.at(path)),
    // The tree lies in a directory for temporary files, which anyone may write.
    inspectPath: () => Promise.resolve({ owners: [], writable: null }),
    identify: (paths, options) =>
      real.identify(
        paths.map((path) => host.at(path)),
        options,
      ),
    writeFile: (path, bytes, options) => real.writeFile(host.at(path), bytes, options),
    makeDirectory: (path) => real.makeDirectory(host.at(path)),
    removeFile: (path) => real.removeFile(host.at(path)),
    async runProgram(request) {
      const tool = tools[request.argv[0]];
      if (tool === undefined) throw new Error(`${request.argv[0]} is not a tool of this test`);
      const instead = tool(request);
      return 'state' in instead ? instead : await real.runProgram({ ...request, argv: instead });
    },
  };
}

/** The answer of a recorded tool. */
export function ranTo(exitCode: number, stdout: string | Uint8Array = '', stderr = ''): StoreRunResult {
  return {
    state: 'exited',
    exitCode,
    stdout: Buffer.from(stdout),
    stderr: Buffer.from(stderr),
    reason: exitCode === 0 ? null : `ended with exit code ${exitCode}`,
  };
}
