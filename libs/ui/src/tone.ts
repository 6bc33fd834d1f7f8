/** What a status means. Colour is never the only carrier: every use stands beside a word or an icon. */
export type Tone = 'neutral' | 'accent' | 'ok' | 'warn' | 'bad';

export const TONE_SOFT: Readonly<Record<Tone, string>> = {
  neutral: 'bg-sunken text-muted',
  accent: 'bg-accent-soft text-accent',
  ok: 'bg-ok-soft text-ok',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
};

export const TONE_TEXT: Readonly<Record<Tone, string>> = {
  neutral: 'text-muted',
  accent: 'text-accent',
  ok: 'text-ok',
  warn: 'text-warn',
  bad: 'text-bad',
};
