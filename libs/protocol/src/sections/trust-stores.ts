import { z } from 'zod';
import { hostPath, sha256Hex, shortText } from '../primitives.ts';
import { bundleFile } from './bundle-file.ts';

/** An anchor that someone put on this machine, by the file that holds it. */
export const localAnchor = z.looseObject({
  path: hostPath,
  anchor: sha256Hex.nullable(),
  problem: shortText.nullable(),
});
export type LocalAnchor = z.infer<typeof localAnchor>;

/**
 * What a store lets an anchor vouch for. `servers`: TLS servers, perhaps more. `otherPurposes`: it is there, and programs that check a
 * TLS server pass it over (mail only, code only, no trust flag). `distrusted`: whatever it signs is rejected, also where another store
 * has it. `deselected`: the system ships it, and this machine's owner left it out.
 */
export const anchorTrust = z.enum(['servers', 'otherPurposes', 'distrusted', 'deselected']);
export type AnchorTrust = z.infer<typeof anchorTrust>;

/** Who put it there: the system's maker, this machine's administrator, a central policy (GPO, enterprise, MDM), a user. */
export const anchorOrigin = z.enum(['vendor', 'local', 'policy', 'user', 'unknown']);
export type AnchorOrigin = z.infer<typeof anchorOrigin>;

/** What a store itself says of one anchor. */
export const storeEntry = z.looseObject({
  anchor: sha256Hex,
  trust: anchorTrust,
  origin: anchorOrigin,
  /** Name that the store gives it: friendly name, nickname, alias, label. */
  name: shortText.nullable(),
  /** Where in the store it lies: a file, a line of a configuration, a physical store. */
  location: hostPath.nullable(),
  /** Purposes it is limited to, by the store's own words or object identifiers; null where nothing limits it. */
  purposes: z.array(shortText).max(32).nullable(),
});
export type StoreEntry = z.infer<typeof storeEntry>;

export const trustStore = z.looseObject({
  /** Stable within a host, e.g. `debian`. */
  id: z.string().regex(/^[a-z0-9][a-z0-9:._-]{0,63}$/i),
  driver: z.string().max(64),
  /** True for the one store that the operating system's own programs consult. */
  operatingSystem: z.boolean(),
  name: shortText,
  /**
   * What programs load: the extracted bundle. Its `anchors` are what the store trusts for TLS servers. A store that is no file (Windows,
   * a keychain, NSS) gives its view in the same shape: `path` names it (`LocalMachine\\Root`, the database's folder), `sha256` is that of
   * its anchors' digests in order, so that equal contents have equal digests (decision 0008).
   */
  bundle: bundleFile,
  /** Where additions go; null when this machine has no such directory. */
  anchorDirectory: hostPath.nullable(),
  localAnchors: z.array(localAnchor).max(2000),
  /** Tool and directory are there, so additions are possible; otherwise `cannotChange` says why. */
  cannotChange: shortText.nullable(),
  /** The account whose programs alone consult it; null or absent for the whole machine's. */
  user: shortText.nullable().optional(),
  /**
   * What the store says of single anchors, sorted by digest. An anchor of the bundle without an entry is trusted for servers and came
   * with the system, or with its file in `localAnchors`.
   */
  entries: z.array(storeEntry).max(5000).optional(),
  /** What is wrong with the store as a whole, one sentence each: what, where, what to do. */
  problems: z.array(shortText).max(64).optional(),
});
export type TrustStore = z.infer<typeof trustStore>;

export const trustStoresSection = z.looseObject({ stores: z.array(trustStore).max(64) });
export type TrustStoresSection = z.infer<typeof trustStoresSection>;
