import { ApiProblem } from './api-problem.ts';

/** What neither PostgreSQL nor signed JSON can carry: control characters (line ends and tabs may stay) and half surrogates. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** Refuses text that a person cannot have typed. @throws ApiProblem 400 that names the field */
export function requirePlainText(fields: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(fields)) {
    if (text.isWellFormed() && !CONTROL.test(text)) continue;
    const message = `The field "${path}" holds characters that cannot be stored: write it as plain text.`;
    throw new ApiProblem({ status: 400, code: 'invalidRequest', message, issues: [{ path, message }] });
  }
}
