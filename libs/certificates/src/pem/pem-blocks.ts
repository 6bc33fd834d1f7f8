/** One block as a person sees it, well-formed or not. */
export interface PemBlock {
  readonly label: string;
  /** Line of the BEGIN, from 1. */
  readonly line: number;
  /** Between the BEGIN and END markers; null where the block does not end. */
  readonly body: string | null;
  /** Line on which the body begins. */
  readonly bodyLine: number;
  /** What is wrong with its markers; null when nothing is. */
  readonly problem: string | null;
}

const BEGIN = '-----BEGIN ';
const END = '-----END ';
const DASHES = '-----';
/** No label in use is longer than `ENCRYPTED PRIVATE KEY`; a marker with a longer one is broken. */
const LONGEST_LABEL = 64;

/**
 * Finds blocks by their markers, wherever these stand: indented, after other text, `-----END …----------BEGIN …-----` on one line
 * (two files joined without a line end). `text` is Latin-1. Linear: each search goes on where the last one of its kind ended.
 */
export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  const begins = new Finder(text, BEGIN);
  const ends = new Finder(text, END);
  const lines = new LineCounter(text);
  for (let begin = begins.from(0); begin !== -1; begin = begins.from(begin + BEGIN.length)) {
    const line = lines.at(begin);
    const label = markerLabel(text, begin + BEGIN.length);
    if (label === null) {
      blocks.push({ label: '', line, body: null, bodyLine: line, problem: 'the BEGIN line is damaged' });
      continue;
    }
    const bodyStart = begin + BEGIN.length + label.length + DASHES.length;
    const bodyLine = lines.at(bodyStart);
    const found = {
      text,
      label,
      bodyStart,
      end: ends.from(bodyStart),
      next: begins.from(bodyStart - DASHES.length),
    };
    blocks.push({ label, line, bodyLine, ...bodyAndProblem(found, lines) });
  }
  return blocks;
}

interface FoundMarkers {
  readonly text: string;
  readonly label: string;
  readonly bodyStart: number;
  /** Offset of the next END and of the next BEGIN; -1 for none. */
  readonly end: number;
  readonly next: number;
}

function bodyAndProblem(found: FoundMarkers, lines: LineCounter): Pick<PemBlock, 'body' | 'problem'> {
  const { text, label, bodyStart, end, next } = found;
  if (next !== -1 && (end === -1 || next < end)) {
    return { body: null, problem: `the next block begins in line ${lines.ahead(next)} before this one ends` };
  }
  if (end === -1) return { body: null, problem: 'the file ends before this block does' };
  const endLabel = markerLabel(text, end + END.length);
  if (endLabel === null) return { body: text.slice(bodyStart, end), problem: 'the END line is damaged' };
  const problem =
    endLabel === label
      ? null
      : `it begins as ${JSON.stringify(label)} and ends as ${JSON.stringify(endLabel)}`;
  return { body: text.slice(bodyStart, end), problem };
}

/** The label up to the closing dashes, which may be those of the next marker; null when they do not follow on the same line. */
function markerLabel(text: string, start: number): string | null {
  const rest = text.slice(start, start + LONGEST_LABEL + DASHES.length);
  const end = rest.indexOf(DASHES);
  const label = rest.slice(0, Math.max(end, 0));
  return label === '' || /[\r\n]/.test(label) ? null : label;
}

/** `indexOf` that never goes over the same text twice, for offsets that only grow. */
class Finder {
  readonly #text: string;
  readonly #word: string;
  #found = -2;

  constructor(text: string, word: string) {
    this.#text = text;
    this.#word = word;
  }

  from(offset: number): number {
    if (this.#found === -1 || this.#found >= offset) return this.#found;
    this.#found = this.#text.indexOf(this.#word, offset);
    return this.#found;
  }
}

/** Line numbers for offsets that only grow. Old Mac files have CR alone. */
class LineCounter {
  readonly #text: string;
  readonly #newline: string;
  #line = 1;
  /** Offset of the first line end that is not counted yet; kept, since looking for it may go over the whole rest. */
  #next: number;

  constructor(text: string) {
    this.#text = text;
    this.#newline = text.includes('\n') ? '\n' : '\r';
    this.#next = text.indexOf(this.#newline);
  }

  at(offset: number): number {
    while (this.#next !== -1 && this.#next < offset) {
      this.#line += 1;
      this.#next = this.#text.indexOf(this.#newline, this.#next + 1);
    }
    return this.#line;
  }

  /** Like `at`, but without going there: what lies between is counted a second time later, and no more. */
  ahead(offset: number): number {
    let line = this.#line;
    for (
      let next = this.#next;
      next !== -1 && next < offset;
      next = this.#text.indexOf(this.#newline, next + 1)
    )
      line += 1;
    return line;
  }
}
