const MAX_DETAIL = 4000;

/** Cuts a reason to what an event may carry. */
export const fitDetail = (text: string): string =>
  text.length <= MAX_DETAIL ? text : `${text.slice(0, MAX_DETAIL)}…`;

/** The message of anything thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
