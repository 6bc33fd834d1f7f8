import {
  CertificateParseError,
  describeCertificate,
  inspectAnchor,
  toPem,
  type CertificateFacts,
} from '@trustfleet/certificates';
import type { Order } from '@trustfleet/protocol';
import { REMEDIES, roleOf, type AnchorParameters } from '@trustfleet/remedies';
import type {
  DoneWork,
  ForeseenEffect,
  OpenedRemedy,
  RemedyCheck,
  RemedyExecutor,
  RemedyPlan,
  RemedyRefusal,
} from '../remedy.ts';
import { isListed } from './listed.ts';
import { makePlan, makeUndoPlan } from './plans.ts';
import type { AnchorInStore, AnchorStoreAccess } from './ports.ts';
import { touchedFiles, undoSteps } from './undo.ts';
import { evaluateAnchor, type AnchorCheck, type Traces } from './verify.ts';

/** One of the remedies that change what one store says of one certificate. */
export interface AnchorRemedy {
  readonly name: 'trustStore.addAnchor' | 'trustStore.removeAnchor';
  /** What its steps leave behind, so that the store's tool cleans up as well where something went. */
  readonly after: 'add' | 'remove';
  /** The certificate must be fit to be an anchor. */
  readonly trusts: boolean;
  /** Is it done? `listed`: it is in Mozilla's list, which matters to a removal alone. */
  check(seen: AnchorCheck, listed: boolean): RemedyCheck;
  /** Is what it did gone? */
  checkUndone(seen: AnchorCheck, traces: Traces): RemedyCheck;
}

/** One order's work, whichever way it goes. */
export interface Anchoring {
  readonly remedy: AnchorRemedy;
  readonly access: AnchorStoreAccess;
  readonly parameters: AnchorParameters;
  readonly certificate: CertificateFacts;
}

/** Certificate of the order, or why there is none that it could be about. */
function readCertificate(
  der: Uint8Array,
  { mustFit, now }: { mustFit: boolean; now: Date },
): CertificateFacts | RemedyRefusal {
  try {
    const [first] = mustFit ? inspectAnchor(toPem(der), now).refusals : [];
    if (first)
      return {
        state: 'notApplicable',
        detail: `This certificate may not become a trust anchor: ${first.message}`,
      };
    return describeCertificate(der);
  } catch (error) {
    if (error instanceof CertificateParseError)
      return { state: 'notApplicable', detail: `The order's certificate cannot be read: ${error.message}` };
    throw error;
  }
}

type Common = Pick<OpenedRemedy, 'effective' | 'settled' | 'undo' | 'reverse'>;

function common(anchoring: Anchoring): Common {
  const { access, parameters } = anchoring;
  return {
    // Programs read the store when they start, or when they first need it: one that runs keeps what it has loaded, in this direction as in the other.
    effective: 'appRestart',
    settled: (signal) => access.toolAtRest(parameters.store, signal),
    undo: (inverses) => undoSteps(access, inverses, parameters.store),
    reverse: (done) => reversed(anchoring, done),
  };
}

function reversed(anchoring: Anchoring, { inverses, before }: DoneWork): OpenedRemedy {
  const { access, parameters, remedy } = anchoring;
  const files = touchedFiles(inverses);
  return {
    ...common(anchoring),
    plan: (): Promise<RemedyPlan> => makeUndoPlan(anchoring, inverses),
    check: async (how, signal) =>
      remedy.checkUndone(await look(access, whereOf(parameters), { how, signal }), { files, before }),
  };
}

const whereOf = ({ anchor, store }: AnchorParameters): AnchorInStore => ({ anchor, store });

async function look(
  access: AnchorStoreAccess,
  where: AnchorInStore,
  { how, signal }: { how: 'here' | 'readBack'; signal: AbortSignal },
): Promise<AnchorCheck> {
  return how === 'here'
    ? evaluateAnchor(await access.trustStores(where.store), where)
    : access.readBack(where, signal);
}

function open(
  remedy: AnchorRemedy,
  access: AnchorStoreAccess,
  { order, artifacts }: { order: Order; artifacts: ReadonlyMap<string, Uint8Array> },
): OpenedRemedy | RemedyRefusal {
  const parsed = REMEDIES[remedy.name].parameters.safeParse(order.parameters);
  if (!parsed.success)
    return {
      state: 'incompatible',
      detail: `This agent does not understand the parameters of ${remedy.name}: ${parsed.error.issues[0]?.message ?? ''}`,
    };
  const parameters = parsed.data;
  const der = artifacts.get(parameters.anchor);
  if (!der)
    return {
      state: 'refused',
      detail: `The order names the certificate ${parameters.anchor} and does not bring it among its artifacts.`,
    };
  const rejects = parameters.store !== undefined && roleOf({ id: parameters.store }) === 'rejected';
  // Dates are judged as of the order's own signed time: this host's wall clock may be wrong, and that is no reason to refuse.
  const certificate = readCertificate(der, {
    mustFit: remedy.trusts && !rejects,
    now: new Date(order.notBefore),
  });
  if ('state' in certificate) return certificate;
  const anchoring = { remedy, access, parameters, certificate };
  return {
    ...common(anchoring),
    plan: () => makePlan(anchoring),
    foresee: () => foreseen(anchoring, der),
    check: async (how, signal) =>
      remedy.check(
        await look(access, whereOf(parameters), { how, signal }),
        !remedy.trusts && (await isListed(parameters.anchor)),
      ),
  };
}

/** Beside the facts a removal needs to know alone whether the certificate is in Mozilla's list. */
async function foreseen(
  { remedy, parameters, certificate }: Anchoring,
  der: Uint8Array,
): Promise<ForeseenEffect> {
  const listed = remedy.trusts ? undefined : await isListed(parameters.anchor);
  return {
    on: (facts) => REMEDIES[remedy.name].effect(facts, parameters, { certificate, listed }),
    certificates: new Map([[parameters.anchor, der]]),
  };
}

/** The executor of one of these remedies on one host. */
export function anchorExecutor(remedy: AnchorRemedy, access: AnchorStoreAccess): RemedyExecutor {
  const { class: remedyClass, name } = REMEDIES[remedy.name];
  return {
    name,
    class: remedyClass,
    open: (order, artifacts) => open(remedy, access, { order, artifacts }),
  };
}
