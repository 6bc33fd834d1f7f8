import { listing, type Tally } from './report.ts';
import type { RunDone } from './world/world.ts';

const EVERY_MS = 30_000;

/** Says how far it is, and what does not agree as soon as that is known. */
export function createProgress(
  tally: Tally,
  say: (line: string) => void,
): (run: RunDone, planned: number) => void {
  const started = Date.now();
  let said = started;
  let told = 0;
  return (run, planned) => {
    if (run.failed !== null) say(`FAILED ${run.stand} | ${run.setting}: ${run.failed}`);
    for (const line of listing(tally.disagreeing.slice(told))) say(line);
    told = tally.disagreeing.length;
    const now = Date.now();
    if (now - said < EVERY_MS && tally.runs < planned) return;
    said = now;
    const visited = tally.runs - tally.kept;
    // What is kept costs nearly nothing; the rest at the pace so far.
    const minutes = visited === 0 ? 0 : (((now - started) / visited) * (planned - tally.runs)) / 60_000;
    say(
      `${tally.runs} of ${planned} processes (${tally.kept} kept), ${tally.cells} cells, ` +
        `${tally.disagreeing.length} disagree, about ${Math.ceil(minutes)} min left; at ${run.stand}`,
    );
  };
}
