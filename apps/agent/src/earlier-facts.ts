import type { KnownSystemFacts } from '@trustfleet/host';
import type { VariablesSection } from '@trustfleet/protocol';
import type { CodeResult, PythonFacts, PythonsResult, VariablesResult } from '@trustfleet/python';
import type { EndpointFacts } from './judge/endpoint-facts.ts';
import type { ShotgridMemory, ShotgridResult } from '@trustfleet/shotgrid';

/** What a look at some sections leaves for the next one, which may be another process's. JSON. */
export interface EarlierFacts {
  readonly system?: KnownSystemFacts | null;
  /** Null when no look at them has succeeded. */
  readonly variables: VariablesResult['variables'] | null;
  /** Settings of the section `variables`: some say where Toolkit keeps what it downloads. */
  readonly settings?: VariablesSection['settings'];
  /** Options of clients' configuration files: some name files of anchors. */
  readonly options?: VariablesResult['options'];
  readonly certifi: PythonsResult['certifi'] | null;
  /** What else the Pythons left: other bundles, their sites, and what spares the next look its work. */
  readonly pythons?: Omit<PythonFacts, 'certifi'> | null;
  readonly shotgrid?: ShotgridFacts | null;
  /** Files of anchors that code names. */
  readonly code?: Pick<CodeResult, 'trusted'> | null;
  /** The part that outlives the service too (state/endpoints-file.ts). */
  readonly endpoints?: EndpointFacts | null;
}

export interface ShotgridFacts extends Pick<ShotgridResult, 'bundles' | 'interpreters'> {
  readonly memory: ShotgridMemory;
}

export const NOTHING_KNOWN: EarlierFacts = { variables: null, certifi: null };

/** As it is filled while sections are read. */
export type FactsInHand = { -readonly [Name in keyof EarlierFacts]: EarlierFacts[Name] };
