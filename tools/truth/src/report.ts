import type { VerdictOutcome } from '@trustfleet/protocol';
import type { Cell } from './cell.ts';
import { disagreement } from './cells/compare.ts';
import type { TruthReport } from './run.ts';

const MOST_CHAINS = 12;

/** Cells that do not agree, those of one client and setting with the same difference on one line. */
export function listing(cells: readonly Cell[]): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const cell of cells) {
    if (disagreement(cell) === null) continue;
    const said =
      disagreement(cell) === 'probe' && cell.probed
        ? `probed ${words(cell.probed)}`
        : `predicted ${words(cell.predicted)}`;
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

function words({ result, code, error }: VerdictOutcome): string {
  const why = error === null ? '' : ` (${error.replaceAll(/\s+/g, ' ').slice(0, 160)})`;
  return result === 'fails' || result === 'unknown' ? `${result} ${code ?? '–'}${why}` : result;
}

/** The figure of the closing note. */
export function figure({ cells, missing }: TruthReport): string {
  const wrong = cells.filter((cell) => disagreement(cell) !== null).length;
  const count = (key: (cell: Cell) => string): number => new Set(cells.map(key)).size;
  const probed = cells.filter((cell) => cell.probed).length;
  const clients = count(({ consumer, client }) => `${consumer} ${client}`);
  return (
    `truth: ${cells.length} cells (${clients} clients × ${count(({ chain }) => chain)} chains × ` +
    `${count(({ setting }) => setting)} settings, ${probed} also probed), ${cells.length - wrong} agree, ${wrong} do not; ` +
    `${missing.length} stands are not on this machine`
  );
}
