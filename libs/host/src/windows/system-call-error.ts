/** A call of the system that failed, did not answer, or was not made because earlier ones do not answer. The message says what to do. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError';
  /** GetLastError() where the call itself failed, else null. */
  readonly code: number | null;

  constructor(message: string, options: { readonly code?: number; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = options.code ?? null;
  }
}
