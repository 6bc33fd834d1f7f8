import {
  CertificateParseError,
  describeCertificate,
  inspectAnchor,
  toPem,
  type CertificateFacts,
} from '@trustfleet/certificates';
import type { JobPlan, Order, PlanChange } from '@trustfleet/protocol';
import { anchorFileContent, REMEDIES } from '@trustfleet/remedies';
import type {
  DoneWork,
  OpenedRemedy,
  RemedyExecutor,
  RemedyPlan,
  RemedyRefusal,
  RemedyStep,
} from '../remedy.ts';
import type { AnchorStoreAccess } from './ports.ts';
import { runToolStep, writeAnchorFileStep } from './steps.ts';
import { fileInverses, restorableFiles, undoSteps } from './undo.ts';
import { evaluateAbsence, evaluateAnchor, type AnchorCheck } from './verify.ts';

const definition = REMEDIES['trustStore.addAnchor'];
const { name } = definition;

/** Certificate of the order, or why there is none that could become an anchor. */
function readCertificate(der: Uint8Array, now: Date): CertificateFacts | RemedyRefusal {
  try {
    const { refusals } = inspectAnchor(toPem(der), now);
    const first = refusals[0];
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

/** Steps for a plan's lines: what the plan says is what is done, in its order. */
function stepsFor(
  changes: readonly PlanChange[],
  context: { access: AnchorStoreAccess; certificate: CertificateFacts },
): RemedyStep[] {
  return changes.flatMap((change) => {
    if (change.kind === 'addFile')
      return [
        writeAnchorFileStep(context.access, {
          path: change.path,
          bytes: anchorFileContent(context.certificate),
        }),
      ];
    if (change.kind === 'runTool') return [runToolStep(context.access)];
    return [];
  });
}

async function makePlan(
  access: AnchorStoreAccess,
  anchor: string,
  certificate: CertificateFacts,
): Promise<RemedyPlan> {
  const trustStores = await access.trustStores();
  const result = definition.effect({ trustStores }, { anchor }, { certificate });
  if (result.kind !== 'change') return result;
  const plan: JobPlan = { changes: [...result.changes] };
  return { kind: 'change', plan, steps: stepsFor(result.changes, { access, certificate }) };
}

/** The plan that takes an earlier run back, and its steps. */
async function makeUndoPlan(
  access: AnchorStoreAccess,
  certificate: CertificateFacts,
  inverses: readonly unknown[],
): Promise<RemedyPlan> {
  const trustStores = await access.trustStores();
  const files = await restorableFiles(access, inverses);
  const result = definition.undoEffect(
    { trustStores },
    { anchor: certificate.sha256 },
    { certificate, files, entries: [] },
  );
  if (result.kind !== 'change') return result;
  return { kind: 'change', plan: { changes: result.changes }, steps: undoSteps(access, inverses) };
}

/** What one certificate's jobs have in common, whichever way they go. */
interface Anchoring {
  readonly access: AnchorStoreAccess;
  readonly certificate: CertificateFacts;
}

type Common = Pick<OpenedRemedy, 'effective' | 'settled' | 'undo' | 'reverse'>;

function common({ access, certificate }: Anchoring): Common {
  return {
    // Programs read the bundle when they start: one that runs keeps what it has loaded, in this direction as in the other.
    effective: 'appRestart',
    settled: (signal) => access.toolAtRest(signal),
    undo: (inverses) => undoSteps(access, inverses),
    reverse: (done) => reversed({ access, certificate }, done),
  };
}

function reversed(anchoring: Anchoring, { inverses, before }: DoneWork): OpenedRemedy {
  const { access, certificate } = anchoring;
  const files = fileInverses(inverses).map(({ path }) => path);
  return {
    ...common(anchoring),
    plan: () => makeUndoPlan(access, certificate, inverses),
    check: async (how, signal) =>
      evaluateAbsence(await look(access, certificate.sha256, { how, signal }), { files, before }),
  };
}

async function look(
  access: AnchorStoreAccess,
  anchor: string,
  { how, signal }: { how: 'here' | 'readBack'; signal: AbortSignal },
): Promise<AnchorCheck> {
  return how === 'here'
    ? evaluateAnchor(await access.trustStores(), anchor)
    : access.readBack(anchor, signal);
}

function open(
  access: AnchorStoreAccess,
  order: Order,
  artifacts: ReadonlyMap<string, Uint8Array>,
): OpenedRemedy | RemedyRefusal {
  const parameters = definition.parameters.safeParse(order.parameters);
  if (!parameters.success)
    return {
      state: 'incompatible',
      detail: `This agent does not understand the parameters of ${name}: ${parameters.error.issues[0]?.message ?? ''}`,
    };
  const { anchor } = parameters.data;
  const der = artifacts.get(anchor);
  if (!der)
    return {
      state: 'refused',
      detail: `The order names the certificate ${anchor} and does not bring it among its artifacts.`,
    };
  // Dates are judged as of the order's own signed time: this host's wall clock may be wrong, and that is no reason to refuse.
  const certificate = readCertificate(der, new Date(order.notBefore));
  if ('state' in certificate) return certificate;
  return {
    ...common({ access, certificate }),
    plan: () => makePlan(access, anchor, certificate),
    check: (how, signal) => look(access, anchor, { how, signal }),
  };
}

/**
 * `trustStore.addAnchor` on a Debian-family host: writes `/usr/local/share/ca-certificates/trustfleet-<digest>.crt` and runs
 * `update-ca-certificates` (trust-stores.md §6.1).
 */
export function createAddAnchor(access: AnchorStoreAccess): RemedyExecutor {
  return { name, class: definition.class, open: (order, artifacts) => open(access, order, artifacts) };
}
