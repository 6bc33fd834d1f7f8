/** One pair of quotes around it, or none. */
export function unquoted(written: string): string {
  return /^["']/.test(written) ? written.slice(1).replace(/["']$/, '') : written;
}

/** Quoted as the old text is; a new one only where a space asks for it. */
export function quotedLike(old: string, value: string): string {
  const [quote] = /^["']/.exec(old) ?? [/\s/.test(value) ? '"' : ''];
  return `${quote}${value}${quote}`;
}

/** Signs that the readers of such files (pam_env, systemd, shells) take for more than themselves, each in its own way. */
const SPECIAL = /["'\\$`#%;]|^\s|\s$|\p{Cc}/u;

/** Why no file of variables can say this value so that every reader takes it alike; null when one can. */
export function unwritable(value: string): string | null {
  return SPECIAL.test(value)
    ? `The path ${value} holds a sign that pam_env, systemd and shells each read in a way of their own (one of " ' \\ $ \` # % ;, or a space at an end): name a path without it.`
    : null;
}
