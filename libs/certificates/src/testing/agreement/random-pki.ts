import { sha256Hex } from '../../encoding.ts';
import {
  alternativeNames,
  authorityKeyIdentifier,
  basicConstraints,
  commonName,
  type Digest,
  extendedKeyUsage,
  extension,
  keyUsage,
  type KeyWish,
  makeCertificate,
  makeKey,
  nameConstraints,
  NO_NAME,
  subjectKeyIdentifier,
  type TestKey,
  UTF8,
} from '../make-certificate.ts';

/** One server, one store, one way of looking: what a real client and `verifyChain` are both asked. */
export interface AgreementCase {
  readonly seed: number;
  readonly chain: readonly Uint8Array[];
  readonly leafKey: TestKey;
  readonly anchors: readonly Uint8Array[];
  readonly serverName: string | null;
  readonly partialChain: boolean;
  readonly strict: boolean;
  readonly securityLevel: number;
}

/** Mulberry32: numbers of one seed are always the same. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const KEYS: readonly KeyWish[] = ['ec', 'ec', 'ec', 'ec', 'ec', 'ec', 2048, 2048, 1024, 'ed25519'];

/** Keys take longest: once for all cases. */
export function keyPool(): readonly TestKey[] {
  return KEYS.map(makeKey);
}

interface Authority {
  readonly name: string;
  readonly keys: readonly TestKey[];
}

const DAY = 24 * 3600;

/** What a random number decides, in words. */
class Dice {
  readonly #next: () => number;
  constructor(seed: number) {
    this.#next = randomOf(seed);
  }
  chance(probability: number): boolean {
    return this.#next() < probability;
  }
  below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }
  of<T>(values: readonly T[]): T {
    const found = values[this.below(values.length)];
    if (found === undefined) throw new RangeError('nothing to choose from');
    return found;
  }
  shuffled<T>(values: readonly T[]): T[] {
    return values
      .map((value) => ({ value, at: this.#next() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ value }) => value);
  }
}

/** `now` in seconds: half a day away from every date that is made. */
export function randomCase(seed: number, pool: readonly TestKey[], now: number): AgreementCase {
  const dice = new Dice(seed);
  const keys = dice.shuffled(pool.slice(0, dice.chance(0.25) ? pool.length : 6));
  const authorities = [0, 1, 2, 3].map((index) => ({
    name: `Studio ${String(index)}`,
    keys: [dice.of(keys), dice.of(keys)],
  }));
  const odd = dice.chance(0.6) ? dice.of([0.03, 0.1, 0.25]) : 0;
  const world: World = { dice, authorities, keys, now, odd };
  const certificates = Array.from({ length: 3 + dice.below(7) }, (_, index) =>
    authorityCertificate(world, index),
  );
  const roots = authorities
    .filter(() => dice.chance(0.7))
    .map((authority, index) => rootOf(world, authority, index));
  const leafKey = dice.of(keys);
  const leaf = leafOf(world, leafKey);
  const sent = dice.shuffled([...certificates, ...roots]).filter(() => dice.chance(0.6));
  const repeated = dice.chance(0.1) ? [...sent, ...sent.slice(0, 2), leaf] : sent;
  const store = dice.shuffled([...certificates, ...roots, ...(dice.chance(0.1) ? [leaf] : [])]);
  return {
    seed,
    chain: [leaf, ...repeated],
    leafKey,
    anchors: distinct(store.filter(() => dice.chance(0.45))),
    serverName: dice.chance(0.5) ? null : dice.of(SERVERS),
    partialChain: dice.chance(0.3),
    strict: dice.chance(0.3),
    securityLevel: dice.of([0, 1, 1, 1, 2, 2, 2, 3]),
  };
}

interface World {
  readonly dice: Dice;
  readonly authorities: readonly Authority[];
  readonly keys: readonly TestKey[];
  readonly now: number;
  /** How often something is as it should not be. */
  readonly odd: number;
}

const SERVERS = [
  'site.studio.example',
  'other.example',
  '127.0.0.1',
  'xn--a.studio.example',
  'studio.example',
];
const NAMES = [
  ['DNS:site.studio.example', 'DNS:studio.example'],
  ['DNS:*.studio.example'],
  ['DNS:s*.studio.example', 'IP:7f000001'],
  ['IP:7f000001'],
  ['DNS:SITE.Studio.Example', 'email:td@studio.example', 'URI:https://site.studio.example/a'],
  ['DNS:*.example'],
  ['email:td@studio.example'],
];
const CONSTRAINTS: readonly (readonly [readonly string[], readonly string[]])[] = [
  [['DNS:studio.example'], []],
  [['DNS:.studio.example'], ['DNS:other.example']],
  [[], ['DNS:site.studio.example']],
  [['IP:7f000000ff000000'], []],
  [['email:studio.example'], []],
  [['URI:.studio.example'], []],
  [['DIR:site.studio.example'], []],
  [[], ['RID:1.2.3']],
];

function dates({ dice, now, odd }: World): { notBefore: number; notAfter: number } {
  const half = now - (now % DAY) + DAY / 2;
  if (dice.chance(0.08 + odd / 2))
    return { notBefore: half - 400 * DAY, notAfter: half - (2 + dice.below(9)) * DAY };
  if (dice.chance(0.03)) return { notBefore: half + 2 * DAY, notAfter: half + 400 * DAY };
  return { notBefore: half - 300 * DAY, notAfter: half + (30 + dice.below(300)) * DAY };
}

/** Two ways to write one name. */
function nameOf({ dice, odd }: World, { name }: Authority): Uint8Array {
  if (dice.chance(odd / 4)) return NO_NAME;
  return dice.chance(0.15)
    ? commonName(` ${name.toUpperCase().replace(' ', '  ')} `, UTF8)
    : commonName(name);
}

const digestOf = ({ dice, odd }: World): Digest =>
  dice.chance(odd) ? dice.of(['sha1', 'md5', 'sha384']) : 'sha256';

function rootOf(world: World, authority: Authority, index: number): Uint8Array {
  const key = world.dice.of(authority.keys);
  return made(world, { authority, issuer: authority, key, signer: key, serial: 100 + index });
}

function authorityCertificate(world: World, index: number): Uint8Array {
  const { dice } = world;
  const authority = dice.of(world.authorities);
  const issuer = dice.of(world.authorities);
  return made(world, {
    authority,
    issuer,
    key: dice.of(authority.keys),
    signer: dice.of(issuer.keys),
    serial: 200 + index,
  });
}

interface Signing {
  readonly authority: Authority;
  readonly issuer: Authority;
  readonly key: TestKey;
  readonly signer: TestKey;
  readonly serial: number;
}

function made(world: World, signing: Signing): Uint8Array {
  const { dice, odd } = world;
  const issuerName = nameOf(world, signing.issuer);
  const version = dice.chance(odd / 2) ? 1 : 3;
  const extensions = authorityExtensions(world, { key: signing.key, signer: signing.signer, issuerName });
  return makeCertificate({
    subject: nameOf(world, signing.authority),
    issuer: issuerName,
    serial: signing.serial,
    ...dates(world),
    key: signing.key,
    signer: signing.signer,
    digest: digestOf(world),
    version,
    extensions: version === 1 && dice.chance(0.7) ? [] : extensions,
  });
}

/** One of these, so often. */
type Choice = readonly [probability: number, make: () => Uint8Array];

function chosen(dice: Dice, choices: readonly Choice[]): Uint8Array[] {
  return choices.flatMap(([probability, make]) => (dice.chance(probability) ? [make()] : []));
}

interface Signers {
  readonly key: TestKey;
  readonly signer: TestKey;
  readonly issuerName: Uint8Array;
}

function authorityExtensions(world: World, { key, ...by }: Signers): Uint8Array[] {
  const { dice, odd } = world;
  const purposes = ['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1', '2.5.29.37.0'];
  return [
    ...chosen(dice, [
      [1 - odd, () => basicConstraints(!dice.chance(odd / 2), pathLength(world), !dice.chance(odd))],
      [0.95 - odd, () => keyUsage(dice.chance(odd / 2) ? 0x80 : 0x06)],
      [0.95 - odd, () => subjectKeyIdentifier(key.identifier, dice.chance(odd / 4))],
    ]),
    ...identifiers(world, by),
    ...chosen(dice, [
      [0.08, () => nameConstraints(...dice.of(CONSTRAINTS))],
      [odd / 2, () => extendedKeyUsage(dice.of(purposes))],
      [odd / 3, () => extension('1.2.3.4', dice.chance(0.7), Uint8Array.of(0x05, 0x00))],
      [
        odd / 3,
        () => extension('2.16.840.1.113730.1.1', false, Uint8Array.of(3, 2, 0, dice.of([4, 0x40, 1]))),
      ],
    ]),
  ];
}

function pathLength({ dice }: World): number | null {
  return dice.chance(0.12) ? dice.below(3) : null;
}

function identifiers(
  { dice, odd }: World,
  { issuerName, signer }: { issuerName: Uint8Array; signer: TestKey },
): Uint8Array[] {
  if (dice.chance(odd + 0.05)) return [];
  const by = dice.chance(odd) ? { issuer: issuerName, serial: dice.of([100, 101, 200, 201]) } : null;
  return [authorityKeyIdentifier(dice.chance(odd / 2) ? null : signer.identifier, by)];
}

function leafOf(world: World, key: TestKey): Uint8Array {
  const { dice } = world;
  const issuer = dice.of(world.authorities);
  const own = dice.chance(0.06);
  const signer = own ? key : dice.of(issuer.keys);
  const name = dice.of(['site.studio.example', '*.studio.example', 'somebody']);
  const subject = dice.chance(0.05) ? NO_NAME : commonName(name);
  const issuerName = own ? subject : nameOf(world, issuer);
  return makeCertificate({
    subject,
    issuer: issuerName,
    serial: 1,
    ...dates(world),
    key,
    signer,
    digest: digestOf(world),
    version: 3,
    extensions: leafExtensions(world, { key, signer, issuerName }),
  });
}

function leafExtensions(world: World, { key, ...by }: Signers): Uint8Array[] {
  const { dice, odd } = world;
  return [
    ...chosen(dice, [
      [0.7, () => basicConstraints(dice.chance(odd), dice.chance(odd / 2) ? 0 : null)],
      [0.7, () => keyUsage(dice.chance(odd) ? dice.of([0x04, 0x40]) : 0xa0)],
      [0.7, () => extendedKeyUsage(dice.chance(odd) ? '1.3.6.1.5.5.7.3.2' : '1.3.6.1.5.5.7.3.1')],
      [0.85, () => alternativeNames(dice.chance(odd / 4) ? [] : dice.of(NAMES), dice.chance(0.2))],
      [0.7, () => subjectKeyIdentifier(key.identifier)],
    ]),
    ...identifiers(world, by),
    ...chosen(dice, [[odd / 3, () => extension('1.2.3.4', true, Uint8Array.of(0x05, 0x00))]]),
  ];
}

function distinct(ders: readonly Uint8Array[]): Uint8Array[] {
  const seen = new Set<string>();
  return ders.filter((der) => !seen.has(sha256Hex(der)) && seen.add(sha256Hex(der)));
}
