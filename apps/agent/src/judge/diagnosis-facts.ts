import type { DiagnosisFacts } from '@trustfleet/diagnosis';
import type { EndpointsSection, Inventory } from '@trustfleet/protocol';

const NOTHING_SEEN: EndpointsSection = { endpoints: [], problems: [] };
/** A clock that is off by less is right for every certificate. */
const CLOCK_IS_RIGHT_MS = 2 * 60_000;
/** The offset moves by itself, and what is reported must not. */
const CLOCK_STEP_MS = 10 * 60_000;

/** Sections that a diagnosis reads; what was not read counts as nothing found. */
export type DiagnosedSections = Partial<DiagnosisFacts['sections']>;

export function diagnosisFacts(
  sections: DiagnosedSections,
  more: {
    readonly platform: DiagnosisFacts['platform'];
    readonly certificates: ReadonlyMap<string, Uint8Array>;
    readonly clockOffsetMs: number | null;
    readonly wallClock: Date;
  },
): DiagnosisFacts {
  const offset = steadyOffset(more.clockOffsetMs);
  return {
    platform: more.platform,
    sections: { ...EMPTY, ...sections },
    certificate: (sha256) => more.certificates.get(sha256) ?? null,
    now: new Date(more.wallClock.getTime() - (offset ?? 0)),
    clockOffsetMs: offset,
  };
}

const EMPTY: Omit<Pick<Inventory, keyof DiagnosisFacts['sections']>, 'code'> = {
  pythons: { pythons: [] },
  variables: { variables: [] },
  bundles: { bundles: [] },
  trustStores: { stores: [] },
  shotgrid: { apis: [], cores: [], configurations: [], problems: [] },
  endpoints: NOTHING_SEEN,
};

function steadyOffset(offset: number | null): number | null {
  if (offset === null) return null;
  return Math.abs(offset) < CLOCK_IS_RIGHT_MS ? 0 : Math.round(offset / CLOCK_STEP_MS) * CLOCK_STEP_MS;
}
