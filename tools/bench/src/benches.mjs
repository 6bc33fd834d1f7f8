/**
 * name → what `npm run bench -- name` does. `script` is one file of this folder, run by the project's own Node from source;
 * `builds` are the Nx projects whose `dist` it starts as programs. A new bench is one file and one line here.
 */
export const BENCHES = {
  gateway: {
    what: 'memory a connection, unchanged and changed reports a second, each beside its limit',
    script: 'gateway.ts',
    builds: ['server'],
  },
  storm: {
    what: '5 000 agents come back after the server was killed',
    script: 'storm.ts',
    builds: ['server'],
  },
  agent: {
    what: "memory of the agent's service after a scan and a minute of rest, beside a bare Node process",
    script: 'agent.mjs',
    builds: ['agent', 'server'],
  },
  stores: {
    what: 'a store of 150 anchors read and classed, cold and unchanged, beside openssl storeutl',
    script: 'stores.mjs',
    builds: [],
  },
  scan: {
    what: "the agent's whole scan of ten Python environments, the first and one where nothing changed",
    script: 'scan.mjs',
    builds: ['agent'],
  },
};

/** The bench of that name, or one sentence with the names that there are. */
export function findBench(name, benches = BENCHES) {
  if (name !== undefined && Object.hasOwn(benches, name)) return { bench: benches[name] };
  const known = Object.entries(benches).map(([key, { what }]) => `\n  ${key.padEnd(10)} ${what}`);
  const problem = name === undefined ? 'Name a bench.' : `There is no bench "${name}".`;
  return { problem: `${problem} Known:${known.join('') || ' none yet'}` };
}
