import type { VerdictOutcome } from '@trustfleet/protocol';
import type { Cell } from './cell.ts';
import { disagreement, isJudged } from './cells/compare.ts';
import type { RunDone } from './world/world.ts';

const MOST_CHAINS = 12;

/** Counts what ends, and keeps what does not agree. */
export class Tally {
  /** Cells that do not agree. */
  readonly disagreeing: Cell[] = [];
  /** Runs that ended without cells. */
  readonly failed: RunDone[] = [];
  /** Stands that this machine cannot have. */
  readonly missing: string[] = [];
  readonly #clients = new Set<string>();
  readonly #chains = new Set<string>();
  readonly #settings = new Set<string>();
  cells = 0;
  probed = 0;
  causes = 0;
  runs = 0;
  kept = 0;

  add(run: RunDone): void {
    this.runs += 1;
    if (run.kept) this.kept += 1;
    if (run.failed !== null) this.failed.push(run);
    this.cells += run.cells.length;
    for (const cell of run.cells) {
      if (isJudged(cell.probed)) this.probed += 1;
      if (cell.expectedCauses) this.causes += 1;
      this.#clients.add(`${cell.consumer} ${cell.client}`);
      this.#chains.add(cell.chain);
      this.#settings.add(cell.setting);
      if (disagreement(cell) !== null) this.disagreeing.push(cell);
    }
  }

  get agrees(): boolean {
    return this.cells > 0 && this.disagreeing.length === 0 && this.failed.length === 0;
  }

  /** The figure of the closing note. */
  get figure(): string {
    const wrong = this.disagreeing.length;
    return (
      `truth: ${this.cells} cells (${this.#clients.size} clients × ${this.#chains.size} chains × ` +
      `${this.#settings.size} settings), ${this.cells - wrong} agree, ${wrong} do not; ${this.probed} also probed, ${this.causes} causes compared; ` +
      `${this.runs} processes, ${this.kept} of them kept from before, ${this.failed.length} failed; ` +
      `${this.missing.length} stands are not on this machine`
    );
  }
}

/** Cells that do not agree, those of one client and setting with the same difference on one line. */
export function listing(cells: readonly Cell[]): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const cell of cells) {
    const said = saidOf(cell);
    const key = `${cell.consumer} | ${cell.client} | ${cell.setting}: ${said}, real ${words(cell.real)}`;
    const chains = groups.get(key) ?? [];
    chains.push(cell.chain);
    groups.set(key, chains);
  }
  return [...groups].map(([key, chains]) => {
    const more = chains.length > MOST_CHAINS ? ` and ${chains.length - MOST_CHAINS} more` : '';
    return `DISAGREES ${key} <- ${chains.slice(0, MOST_CHAINS).join(' ')}${more}`;
  });
}

function saidOf(cell: Cell): string {
  const { cause, expectedCauses, probed, predicted } = cell;
  const respect = disagreement(cell);
  if (respect === 'probe' && probed) return `probed ${words(probed)}`;
  if (respect !== 'cause') return `predicted ${words(predicted)}`;
  return `cause ${cause ?? 'none'}, expected ${expectedCauses?.join(' or ') || 'no failure'}`;
}

function words({ result, code, error }: VerdictOutcome): string {
  const why = error === null ? '' : ` (${error.replaceAll(/\s+/g, ' ').slice(0, 160)})`;
  return result === 'fails' || result === 'unknown' ? `${result} ${code ?? '–'}${why}` : result;
}
