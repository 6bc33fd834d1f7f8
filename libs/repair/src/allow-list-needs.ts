import {
  CertificateParseError,
  describeCertificate,
  pemBlocks,
  pemToDer,
  sha256Hex,
} from '@trustfleet/certificates';
import type { Order } from '@trustfleet/protocol';
import {
  anchorParameters,
  bundleDeployParameters,
  bundlePathOf,
  codeReportParameters,
  pythonUpgradePackageParameters,
  shotgunApiReplaceParameters,
  toolkitUpgradeCoreParameters,
  trustRepairParameters,
  variableSetParameters,
  variableUnsetParameters,
  type AnchorParameters,
  type TrustRepairParameters,
} from '@trustfleet/remedies';
import type { z } from 'zod';
import type { PathRule, Versioned } from './allow-list-rules.ts';

/** An order, or a part of one, as an allow-list judges it. */
export interface AskedWork extends Pick<Order, 'remedy' | 'mode'> {
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Bytes by SHA-256, proved already; undefined for what is not at hand. */
  readonly artifact: (sha256: string) => Uint8Array | undefined;
}

/** An order with what came beside it, base64 by digest. */
export function workOf(
  order: Pick<Order, 'remedy' | 'mode' | 'parameters'>,
  artifacts: Readonly<Record<string, string>>,
): AskedWork {
  const { remedy: name, mode, parameters } = order;
  return {
    ...{ remedy: name, mode, parameters },
    artifact(sha256) {
      const bytes = Object.hasOwn(artifacts, sha256) ? artifacts[sha256] : undefined;
      return bytes === undefined ? undefined : new Uint8Array(Buffer.from(bytes, 'base64'));
    },
  };
}

/** An order with the bytes that are at hand. */
export function workWith(
  { remedy: name, mode, parameters }: Pick<Order, 'remedy' | 'mode' | 'parameters'>,
  artifacts: ReadonlyMap<string, Uint8Array>,
): AskedWork {
  return { ...{ remedy: name, mode, parameters }, artifact: (sha256) => artifacts.get(sha256) };
}

/** One thing that a list has to hold for the work to be permitted. */
export type Need =
  | { readonly kind: 'remedy'; readonly name: string }
  | { readonly kind: 'anchor'; readonly sha256: string; readonly spkiSha256: string | null }
  | { readonly kind: 'path'; readonly of: PathRule; readonly path: string }
  | { readonly kind: 'version'; readonly of: Versioned; readonly version: string }
  /** Nothing in a list can permit it. */
  | { readonly kind: 'unjudged'; readonly why: string };

type Artifact = AskedWork['artifact'];
type Needs = (parameters: Readonly<Record<string, unknown>>, artifact: Artifact) => Need[] | null;

/** The same schema by which the remedy itself reads them: what is judged is what is done. */
function by<T>(schema: z.ZodType<T>, needs: (parameters: T, artifact: Artifact) => Need[]): Needs {
  return (parameters, artifact) => {
    const parsed = schema.safeParse(parameters);
    return parsed.success ? needs(parsed.data, artifact) : null;
  };
}

const path = (of: PathRule, at: string): Need => ({ kind: 'path', of, path: at });
const version = (of: Versioned, wanted: string): Need => ({ kind: 'version', of, version: wanted });
const remedy = (name: string): Need => ({ kind: 'remedy', name });

function anchorNeed(sha256: string, der: Uint8Array | undefined): Need {
  return { kind: 'anchor', sha256, spkiSha256: der === undefined ? null : keyOf(der, sha256) };
}

/** Null where the bytes are no certificate, or another one: its fingerprint alone counts then. */
function keyOf(der: Uint8Array, sha256: string): string | null {
  if (sha256Hex(der) !== sha256) return null;
  try {
    return describeCertificate(der).spkiSha256;
  } catch (error) {
    if (error instanceof CertificateParseError) return null;
    throw error;
  }
}

const anchorNeeds = ({ anchor, store }: AnchorParameters, artifact: Artifact): Need[] => {
  const file = store === undefined ? null : bundlePathOf(store);
  return [anchorNeed(anchor, artifact(anchor)), ...(file === null ? [] : [path('bundleStores', file)])];
};

/** Every certificate of the bundle counts: a bundle is trusted as a whole. */
function bundleNeeds(sha256: string, artifact: Artifact): Need[] {
  const bytes = artifact(sha256);
  if (bytes === undefined)
    return [
      {
        kind: 'unjudged',
        why: `the bundle ${sha256} is not on this host yet, so its certificates cannot be judged`,
      },
    ];
  return pemBlocks(Buffer.from(bytes).toString('latin1')).map(({ label, body, problem, line }) => {
    const der = label === 'CERTIFICATE' && problem === null && body !== null ? decoded(body) : null;
    return der === null
      ? {
          kind: 'unjudged',
          why: `line ${line} of the bundle ${sha256} begins something else than a certificate`,
        }
      : anchorNeed(sha256Hex(der), der);
  });
}

function decoded(body: string): Uint8Array | null {
  try {
    return pemToDer(`-----BEGIN CERTIFICATE-----${body}-----END CERTIFICATE-----`);
  } catch (error) {
    if (error instanceof CertificateParseError) return null;
    throw error;
  }
}

/**
 * A repair is judged by the closed list from which it may choose. Where its parts will be done is known when the plan is made: each part
 * is then judged as the remedy that it is.
 */
function repairNeeds({ choices }: TrustRepairParameters, artifact: Artifact): Need[] {
  const { anchors, bundle, variables, packages, api, core } = choices;
  return [
    ...(anchors.length === 0 ? [] : [remedy('trustStore.addAnchor')]),
    ...anchors.map((anchor) => anchorNeed(anchor, artifact(anchor))),
    ...(bundle === null ? [] : [remedy('bundle.deploy'), ...bundleNeeds(bundle.bundle, artifact)]),
    ...(variables.length === 0 ? [] : [remedy('variable.set'), remedy('variable.unset')]),
    ...packages.flatMap((one) => [remedy('python.upgradePackage'), version(one.package, one.version)]),
    ...(api === null ? [] : [remedy('shotgunApi.replace'), version('shotgun_api3', api.version)]),
    ...(core === null ? [] : [remedy('toolkit.upgradeCore'), version('tk-core', core)]),
  ];
}

const BY_REMEDY: Readonly<Record<string, Needs>> = {
  'trustStore.addAnchor': by(anchorParameters, anchorNeeds),
  'trustStore.removeAnchor': by(anchorParameters, anchorNeeds),
  'bundle.deploy': by(bundleDeployParameters, ({ bundle }, artifact) => bundleNeeds(bundle, artifact)),
  'variable.set': by(variableSetParameters, ({ value }) =>
    value.kind === 'path' ? [path('variable.set', value.path)] : [],
  ),
  'variable.unset': by(variableUnsetParameters, () => []),
  'python.upgradePackage': by(pythonUpgradePackageParameters, (asked) => [
    path('python.upgradePackage', asked.python),
    version(asked.package, asked.version),
  ]),
  'shotgunApi.replace': by(shotgunApiReplaceParameters, (asked) => [
    path('shotgunApi.replace', asked.path),
    version('shotgun_api3', asked.version),
  ]),
  'toolkit.upgradeCore': by(toolkitUpgradeCoreParameters, (asked) => [
    path('toolkit.upgradeCore', asked.configuration),
    version('tk-core', asked.version),
  ]),
  'code.report': by(codeReportParameters, () => []),
  'trust.repair': by(trustRepairParameters, repairNeeds),
};

/**
 * What the rules have to hold for this work, beside the remedy itself. An undo puts back what the host had: it needs the places that it
 * touches, and no anchor or version.
 */
export function needsOf({ remedy: name, parameters, mode, artifact }: AskedWork): Need[] {
  const needs = Object.hasOwn(BY_REMEDY, name) ? BY_REMEDY[name]?.(parameters, artifact) : undefined;
  if (needs === undefined) return [{ kind: 'unjudged', why: `this release knows no rules for ${name}` }];
  if (needs === null)
    return [{ kind: 'unjudged', why: `its parameters are not those of ${name}, so they cannot be judged` }];
  return mode === 'undo' ? needs.filter(({ kind }) => kind === 'path' || kind === 'remedy') : needs;
}
