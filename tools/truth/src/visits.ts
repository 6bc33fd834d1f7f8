import type { Marker } from './lab/chains.ts';
import type { Setting, Visits } from './settings.ts';
import type { StandWish } from './stands/catalogue.ts';
import { isThorough } from './stands/catalogue.ts';

/** Whose outcome hangs on which anchors are there, not on the chain alone: several certificates of one name, partial chains, old anchors. */
const BY_ANCHORS =
  /^(good|good-direct|no-intermediate|root-sent|self-pinned|cross.*|mutual.*|reissued.*|rekeyed.*|expired-root.*|expired-both|intercepted.*|extra|stranger.*)$/;
/**
 * Each way of comparing names, and one chain for each flag by which contexts differ: strictness, security level, partial chains. Which path
 * is built and what is objected to is OpenSSL's affair under those flags, and `as it comes` visits every chain from every interpreter.
 */
const KINDS =
  /^(wrong-name|no-san.*|cn-beside-san|wildcard.*|upper-case|ip-.*|sni-.*|bare|root-no-aki|leaf-no-aki|weak-(leaf|root)|no-intermediate|self-signed|self-pinned|expired-(leaf|root)|future-leaf|cross|cross-old-expired|constrained-out)$/;
const FEW: readonly string[] = ['good', 'stranger'];

/** What is in one stand's reach. */
export interface Reach {
  readonly wish: StandWish;
  /** Markers of the bundles that its packages bring. */
  readonly markers: readonly Marker[];
}

/**
 * The servers that one process of a stand visits under a setting. Left out is what cannot come out otherwise (README "What is no cell of
 * its own"): a marker whose root stands in no file that the stand has, a variable names or the store holds is out of any client's reach,
 * and `stranger` speaks for it.
 */
export function serversOf(
  { wish, markers }: Reach,
  setting: Setting,
  all: readonly string[],
): readonly string[] {
  const whole = isThorough(wish) || wish.ownPip === true;
  const visits = whole ? setting.visits : (setting.visitsElsewhere ?? setting.visits);
  const reached: readonly string[] = [...markers, ...markersNamed(setting), 'default', 'defaultDir'];
  return all.filter((id) => {
    const marker = /^marker-(.+)$/.exec(id)?.[1];
    if (marker !== undefined) return isMarkerVisited(visits, marker) && reached.includes(marker);
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
  if (visits === 'all' || FEW.includes(id)) return true;
  if (visits === 'kinds') return KINDS.test(id);
  return visits === 'anchors' && BY_ANCHORS.test(id);
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
export const isPlain = ({ inCode, pipCert }: Setting): boolean =>
  inCode === undefined && pipCert === undefined;
const PROBED_ELSEWHERE = ['nothing set', 'every variable'];

/** Every stand is probed under the settings that tell its sources apart, a thorough one under each that tells who reads what. */
export function isProbed(wish: StandWish, setting: Setting): boolean {
  if (!isPlain(setting)) return false;
  if (PROBED_ELSEWHERE.includes(setting.name)) return true;
  return isThorough(wish) && setting.visits === 'markers';
}
