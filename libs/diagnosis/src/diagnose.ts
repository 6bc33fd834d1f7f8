import type { ConfiguredEndpoint, TrustSource, Verdict, VerdictsSection } from '@trustfleet/protocol';
import type { DiagnosisFacts } from './facts.ts';

export interface DiagnoseOptions {
  /** What people configured: says which clients matter for an endpoint. Endpoints that were observed and stand not here count for all. */
  readonly configured: readonly ConfiguredEndpoint[];
  /** What a probe found, where there was one; without it every verdict is predicted alone. */
  readonly probed?: (source: TrustSource, endpoint: string) => Pick<Verdict, 'probed' | 'notProbed'>;
}

/** Every (Python environment × client × endpoint) of a host: trust sources and verdicts, sorted, bounded as the section is. */
export type Diagnose = (facts: DiagnosisFacts, options: DiagnoseOptions) => VerdictsSection;
