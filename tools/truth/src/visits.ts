import type { Marker } from './lab/chains.ts';
import type { Setting, Visits } from './settings.ts';
import type { StandWish } from './stands/catalogue.ts';
import { isThorough } from './stands/catalogue.ts';

/** Whose outcome hangs on which anchors are there, not on the chain alone: several certificates of one name, partial chains, old anchors. */
const BY_ANCHORS =
  /^(good|good-direct|no-intermediate|root-sent|self-pinned|cross.*|mutual.*|reissued.*|rekeyed.*|expired-root.*|expired-both|intercepted.*|extra|stranger.*)$/;
const FEW: readonly string[] = ['good', 'stranger'];

/** What is in one stand's reach. */
export interface Reach {
  readonly wish: StandWish;
  /** Markers of the bundles that its packages bring. */
  readonly markers: readonly Marker[];
}

/**
 * The servers that one process of a stand visits under a setting. A marker's root that stands in no file which the stand has, a variable
 * names or the store holds is out of any client's reach: such servers are visited from the thorough stands alone, elsewhere `stranger`
 * speaks for them. So are the chains of `visitsElsewhere`, whose anchors are the same ones by another way.
 */
export function serversOf(
  { wish, markers }: Reach,
  setting: Setting,
  all: readonly string[],
): readonly string[] {
  const thorough = isThorough(wish);
  const visits = thorough ? setting.visits : (setting.visitsElsewhere ?? setting.visits);
  const reached: readonly string[] = [...markers, ...markersNamed(setting), 'default', 'defaultDir'];
  return all.filter((id) => {
    const marker = /^marker-(.+)$/.exec(id)?.[1];
    if (marker !== undefined)
      return isMarkerVisited(visits, marker) && (thorough || reached.includes(marker));
    return isChainVisited(visits, id);
  });
}

function isMarkerVisited(visits: Visits, marker: string): boolean {
  return (
    visits !== 'few' ||
    /^(default|certifi|pipCertifi|apiCertifi|apiCacerts3?|httplib2Cacerts|argument)$/.test(marker)
  );
}

function isChainVisited(visits: Visits, id: string): boolean {
  if (visits === 'all') return true;
  return visits === 'anchors' ? BY_ANCHORS.test(id) : FEW.includes(id);
}

/** Those whose file a variable, code or a configuration file names. */
function markersNamed({ variables, inCode, pipCert = '' }: Setting): string[] {
  const named = { ...variables, code: inCode?.file === undefined ? '' : String(inCode.file), pipCert };
  return Object.entries(named).flatMap(([name, value]) => {
    if (name === 'SSL_CERT_DIR') return ['sslDir'];
    return /\/marker-(\w+)\.[a-z]+$/.exec(value)?.[1] ?? [];
  });
}

/** The probe calls clients without arguments. */
const isPlain = ({ inCode, pipCert }: Setting): boolean => inCode === undefined && pipCert === undefined;
const PROBED_ELSEWHERE = ['nothing set', 'every variable'];
const PROBED_SOURCE = 'every variable names old';

/**
 * Every stand is probed under the settings that tell its sources apart. A thorough one under each of them, under the files that are wrong in
 * the most usual ways, and with old anchors: the probe calls the same libraries, so more of the same would only try those again.
 */
export function isProbed(wish: StandWish, setting: Setting): boolean {
  if (!isPlain(setting)) return false;
  if (!isThorough(wish)) return PROBED_ELSEWHERE.includes(setting.name);
  if (setting.visits === 'few') return setting.thorough !== true;
  return setting.visits === 'markers' || setting.name === PROBED_SOURCE;
}
