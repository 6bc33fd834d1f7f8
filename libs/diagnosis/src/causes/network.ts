import type { NetworkState, VerdictCause } from '@trustfleet/protocol';
import type { FindCause } from './inquest.ts';

const BY_STATE: Readonly<Record<Exclude<NetworkState, 'connected'>, VerdictCause>> = {
  dnsFailed: 'nameNotResolved',
  refused: 'unreachable',
  timedOut: 'unreachable',
  unreachable: 'unreachable',
  reset: 'connectionCut',
  proxyRefused: 'proxyRefused',
  notTls: 'notTls',
};

/** failures.md §7.6, step 2: who cannot be reached proves nothing about trust. */
export const networkCause: FindCause = ({ endpoint }) => {
  const { network, host, port, detail, proxy } = endpoint;
  if (network === 'connected') return null;
  return { cause: BY_STATE[network], evidence: { host, port, network, detail, proxy } };
};
