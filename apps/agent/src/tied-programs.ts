import type { Host, RunRequest } from '@trustfleet/host';

/**
 * setpriv(1) has the kernel kill `unshare` when the agent dies; unshare(1) in turn is the parent of a process-number
 * namespace, and with its first process the kernel kills every other in it.
 */
const TIE = [
  ...['/usr/bin/setpriv', '--pdeathsig', 'KILL', '--'],
  ...['/usr/bin/unshare', '--pid', '--fork', '--kill-child=KILL', '--'],
] as const;
/** Only root may make such a namespace: what runs as a person is killed itself, and starts nothing. */
const TIE_OF_OTHERS = TIE.slice(0, TIE.indexOf('/usr/bin/unshare'));
const PROBE: RunRequest = { argv: [...TIE, '/bin/true'], env: {}, timeoutMs: 5000 };

async function canTie(host: Host): Promise<boolean> {
  if (process.platform !== 'linux' || host.uid !== 0) return false;
  const probe = await host.runProgram(PROBE);
  return probe.state === 'exited' && probe.exitCode === 0;
}

/**
 * The host, with programs that do not outlive the agent: an agent that is killed in the middle of a change then takes the
 * store's tool along, and its next start finds nothing that still writes. Where the system does not allow that
 * (containers without rights, no util-linux) programs run as they are, and recovery waits for them.
 */
export function withTiedPrograms(host: Host): Host {
  let probed: Promise<boolean> | null = null;
  return {
    ...host,
    async runProgram(request) {
      probed ??= canTie(host);
      if (!(await probed)) return host.runProgram(request);
      const asRoot = (request.runAs?.uid ?? 0) === 0;
      const tie = asRoot ? TIE : TIE_OF_OTHERS;
      return host.runProgram({ ...request, argv: [tie[0], ...tie.slice(1), ...request.argv] });
    },
  };
}
