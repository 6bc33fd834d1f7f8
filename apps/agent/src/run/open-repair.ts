import { createHost, createRegistryWriter, fileCalls } from '@trustfleet/host';
import type { KeySet } from '@trustfleet/protocol';
import {
  createAddAnchor,
  createBundleDeploy,
  createDurableFiles,
  createRemoveAnchor,
  createRepair,
  createTrustRepair,
  createVariableSet,
  createVariableUnset,
  isKeeper,
  notPermittedReason,
  type RemedyExecutor,
  type Repair,
  type RepairOptions,
  type TrustRepairOptions,
} from '@trustfleet/repair';
import { keyPairFromSeed } from '@trustfleet/signing';
import type { TrustStores } from '@trustfleet/trust-stores';
import { createAnchorStoreAccess } from '../anchor-store-access.ts';
import { createBundleAccess } from '../bundle-access.ts';
import { openCodeRemedies, type CodeRemediesOptions } from '../code-remedies.ts';
import { createHandshakes, type HandshakesOptions } from '../judge/handshakes.ts';
import { createRunningPrograms } from '../judge/waiting-programs.ts';
import { selfCommand } from '../self-command.ts';
import { withTiedPrograms } from '../tied-programs.ts';
import { createVariableAccess } from '../variable-access.ts';

/** Only a job needs them in this process; the scans have their own. */
async function openTrustStores(root: string): Promise<TrustStores> {
  const { createTrustStores } = await import('@trustfleet/trust-stores');
  return createTrustStores(withTiedPrograms(createHost()), { root });
}

type OfCode = Pick<CodeRemediesOptions, 'scanSettings' | 'env' | 'isKeeper'>;
const NOTHING_OF_CODE: OfCode = { scanSettings: null, env: {}, isKeeper: () => Promise.resolve(false) };

/** Every remedy of this release, on this machine. */
export function openRemedies(
  root: string,
  forbidden: TrustRepairOptions['forbidden'] = () => Promise.resolve(null),
  ofCode: OfCode = NOTHING_OF_CODE,
): RemedyExecutor[] {
  let trustStores: Promise<TrustStores> | null = null;
  const host = createHost();
  const openStores = (): Promise<TrustStores> => (trustStores ??= openTrustStores(root));
  const access = createAnchorStoreAccess({
    host,
    files: createDurableFiles(fileCalls),
    trustStores: openStores,
    readBackCommand: [...selfCommand(), 'verify-store', '--root', root],
  });
  const variables = createVariableAccess({
    host: withTiedPrograms(host),
    root,
    registry: host.platform === 'windows' ? createRegistryWriter() : null,
  });
  const executors = [
    createAddAnchor(access),
    createRemoveAnchor(access),
    createBundleDeploy(createBundleAccess({ host, root, trustStores: openStores })),
    createVariableSet(variables),
    createVariableUnset(variables),
    ...openCodeRemedies({ ...ofCode, forbidden, root, host: withTiedPrograms(host) }),
  ];
  // Made of the others.
  return [...executors, createTrustRepair({ executors, forbidden })];
}

export interface AgentRepairOptions extends Pick<
  RepairOptions,
  'stateDir' | 'allowList' | 'serverTime' | 'beforeFinal' | 'onEvent' | 'log' | 'fetchArtifact'
> {
  readonly root: string;
  readonly identity: { readonly hostId: string; readonly fleetId: string; readonly keySeed: string };
  readonly keySet: () => KeySet;
  /** What proves a change: the handshakes of this host's programs. Absent: nothing but undo is asked of it, which needs none. */
  readonly proof?: Pick<HandshakesOptions, 'scanSettings' | 'env' | 'orders'>;
}

/** The executor of jobs on this machine. */
export function openAgentRepair(options: AgentRepairOptions): Promise<Repair> {
  const { root, identity, keySet, proof, ...rest } = options;
  const host = createHost();
  const { privateKey } = keyPairFromSeed('ed25519', Buffer.from(identity.keySeed, 'base64'));
  return createRepair({
    ...rest,
    files: createDurableFiles(fileCalls),
    identity: { hostId: identity.hostId, fleetId: identity.fleetId, keySet, hostKey: privateKey },
    remedies: openRemedies(root, async (work) => notPermittedReason(await rest.allowList(), work), {
      ...NOTHING_OF_CODE,
      ...proof,
      isKeeper: async (path) => isKeeper(await rest.allowList(), path),
    }),
    programs: createRunningPrograms(host),
    ...(proof === undefined
      ? {}
      : {
          handshakes: createHandshakes({
            ...{ ...proof, root, platform: host.platform },
            runProgram: (request) => host.runProgram(request),
            command: [...selfCommand(), 'collect'],
          }),
        }),
  });
}
