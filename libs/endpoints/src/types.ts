import type { RootCatalogue } from '@trustfleet/certificates';
import type { ConfiguredEndpoint, EndpointsSection } from '@trustfleet/protocol';

export interface CollectEndpointsOptions {
  /** What people configured: these and no other address. */
  readonly endpoints: readonly ConfiguredEndpoint[];
  /** Ids to look at now, as the schedule says; the others keep what `known` has of them. */
  readonly due: ReadonlySet<string>;
  /** The last result, so that what is not due stays. Null at the first look. */
  readonly known: EndpointsResult | null;
  readonly proxy: ProxySettings;
  /** Public roots: `ROOT_CATALOGUE` of @trustfleet/certificates/catalogue. */
  readonly catalogue: RootCatalogue;
  /** DER of the anchors of this host's stores and bundles: names the issuer that was not presented. */
  readonly anchors: Iterable<Uint8Array>;
  /** When this is: by it certificates are valid or over, and a front end is gone that was not met for a day. */
  readonly now: Date;
  /** Of one look. Default 10000. */
  readonly timeoutMs?: number;
}

/** Values of the variables of the machine's context, null where they are not set. */
export interface ProxySettings {
  readonly httpsProxy: string | null;
  readonly noProxy: string | null;
}

export interface EndpointsResult {
  readonly section: EndpointsSection;
  /** DER by SHA-256 of every certificate that `section` names and was presented. */
  readonly certificates: ReadonlyMap<string, Uint8Array>;
  /**
   * By endpoint, when the certificates that `section` names were presented last, milliseconds since 1970: no part of the section, since
   * it moves by itself. To be kept beside it; where it is not, they are taken for just shown.
   */
  readonly shownAt?: ReadonlyMap<string, number>;
}
