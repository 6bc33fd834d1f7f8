import { sha256Hex } from '@trustfleet/protocol';
import { plainPath, UPGRADABLE_PACKAGES } from '@trustfleet/remedies';
import { z } from 'zod';

/** What of an order's paths a list can limit; the names are those of the remedies, `bundleStores` for PEM files as stores. */
export const PATH_RULES = [
  'shotgunApi.replace',
  'toolkit.upgradeCore',
  'python.upgradePackage',
  'variable.set',
  'bundleStores',
] as const;
export type PathRule = (typeof PATH_RULES)[number];

/** What has a version that a list can limit. */
export const VERSIONED = [...UPGRADABLE_PACKAGES, 'tk-core'] as const;
export type Versioned = (typeof VERSIONED)[number];

const permits = z.array(z.string().regex(/^[a-z][A-Za-z0-9.]{0,63}$/)).max(64);
const prefixes = z.array(plainPath).max(200);
const version = z.string().regex(/^v?\d{1,6}(\.\d{1,6}){0,4}(\.?post\d{1,4})?$/);
const versionRule = z.strictObject({
  minimum: version.optional(),
  allowed: z.array(version).min(1).max(64).optional(),
});

const optionalOf = <Name extends string, T extends z.ZodType>(names: readonly Name[], schema: T) =>
  z.strictObject(
    Object.fromEntries(names.map((name) => [name, schema.optional()])) as Record<Name, z.ZodOptional<T>>,
  );

const rules = {
  permits,
  /** Which certificates may be added or removed, or stand in a bundle that is deployed. */
  anchors: z
    .strictObject({
      /** Those of the public list in its newest release that this agent knows. */
      publicCatalogue: z.boolean().optional(),
      /** SHA-256 of the SubjectPublicKeyInfo: a certificate that is renewed with its key stays permitted. */
      spki: z.array(sha256Hex).max(200).optional(),
      /** SHA-256 of the certificate's DER. */
      certificates: z.array(sha256Hex).max(200).optional(),
    })
    .optional(),
  paths: optionalOf(PATH_RULES, prefixes).optional(),
  versions: optionalOf(VERSIONED, versionRule).optional(),
  /** Shared installs below these are written by this host, and by no other. */
  keeper: prefixes.optional(),
};

/** Format 1 permits whole remedies; format 2 permits of a remedy what it lists and nothing else. */
export const allowListFile = z.discriminatedUnion('format', [
  z.strictObject({ format: z.literal(1), permits }),
  z.strictObject({ format: z.literal(2), ...rules }),
]);
export type AllowListFile = z.infer<typeof allowListFile>;

/** What a list of format 2 says beside the remedies. */
export interface AllowRules {
  /** By the SHA-256 of the certificate, and of its key where the certificate is at hand. */
  permitsAnchor(anchor: { readonly sha256: string; readonly spkiSha256: string | null }): boolean;
  readonly paths: Readonly<Partial<Record<PathRule, readonly string[] | undefined>>>;
  permitsVersion(of: Versioned, version: string): boolean;
  readonly keeper: readonly string[];
}

/** Of a file of format 2; undefined for format 1, which has no rules. */
export async function rulesOf(file: AllowListFile): Promise<AllowRules | undefined> {
  if (file.format === 1) return undefined;
  const { anchors = {}, paths = {}, versions = {}, keeper = [] } = file;
  const isPublic = anchors.publicCatalogue === true ? await publicRoots() : () => false;
  const keys = new Set(anchors.spki);
  const certificates = new Set(anchors.certificates);
  return {
    permitsAnchor: ({ sha256, spkiSha256 }) =>
      certificates.has(sha256) || (spkiSha256 !== null && keys.has(spkiSha256)) || isPublic(sha256),
    paths,
    permitsVersion(of, wanted) {
      const rule = versions[of];
      if (rule === undefined) return false;
      const isAllowed = rule.allowed?.some((one) => compareReleases(one, wanted) === 0) ?? true;
      return isAllowed && (rule.minimum === undefined || compareReleases(wanted, rule.minimum) >= 0);
    },
    keeper,
  };
}

/** Some 100 KiB, loaded where a list asks for it. */
async function publicRoots(): Promise<(sha256: string) => boolean> {
  const { ROOT_CATALOGUE } = await import('@trustfleet/certificates/catalogue');
  return (sha256) => ROOT_CATALOGUE.bySha256(sha256)?.left === null;
}

/** PEP 440 for final and post releases, with or without `v`: `2024.07.04` is `2024.7.4`, a post release comes after its release. */
export function compareReleases(one: string, other: string): number {
  const [a, b] = [numbersOf(one), numbersOf(other)];
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Seven numbers: release, then post release plus one. */
function numbersOf(text: string): number[] {
  const [, release = '', post] = /^v?([\d.]*?)(?:\.?post(\d+))?$/.exec(text) ?? [];
  const numbers = release.split('.').map(Number);
  const padded = [...numbers, ...Array.from({ length: Math.max(0, 6 - numbers.length) }, () => 0)];
  return [...padded, post === undefined ? 0 : Number(post) + 1];
}

/** `path` is `prefix`, or lies below it: by whole names, without regard to case where it is a path of Windows. */
export function isWithin(path: string, prefix: string): boolean {
  const [below, above] = [namesOf(path), namesOf(prefix)];
  return above.length <= below.length && above.every((name, index) => name === below[index]);
}

function namesOf(path: string): string[] {
  const windows = /^[A-Za-z]:[\\/]/.test(path);
  const names = windows ? path.toLowerCase().split(/[\\/]/) : ['/', ...path.split('/')];
  return names.filter((name) => name !== '');
}
