import type { Logger } from './logger.ts';

/** Lines of one kind that are all written, unless told otherwise: enough to see what goes on. */
const WHOLE = 16;

/**
 * One kind of line that a host can bring about as often as it likes: the first ones are written, then only the 32nd, 64th, 128th …, each with how
 * many there were since the start. A host that floods does not flood the log.
 */
export class ThinnedLog {
  private readonly write: (fields: object) => void;
  private readonly whole: number;
  private count = 0;

  /** `whole`: how many are written before thinning begins. */
  constructor(logger: Pick<Logger, 'warn'>, line: string, whole = WHOLE) {
    this.write = (fields) => {
      logger.warn(fields, line);
    };
    this.whole = whole;
  }

  warn(fields: object): void {
    this.count += 1;
    if (this.count <= this.whole || Number.isInteger(Math.log2(this.count)))
      this.write({ ...fields, sinceStart: this.count });
  }
}
