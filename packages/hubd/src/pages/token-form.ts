import type { Form } from '@tshub/http';

/** What stands in the form for a new token. */
export interface TokenForm {
  readonly note: string;
  /** Seconds, as its text; '' for as long as possible. */
  readonly life: string;
  /** Ticked and written ones; none for all that its owner may do. */
  readonly scopes: readonly string[];
}

const day = 86_400;
/** What the form offers, in seconds. */
const lives = [3600, day, 7 * day, 30 * day, 365 * day] as const;
const usualLife = 30 * day;
const noteLength = 200;

/** Those that the hub allows. `most` is 0 when it allows any. */
export function livesWithin(most: number): readonly number[] {
  return lives.filter((life) => most === 0 || life <= most);
}

export function emptyForm(most: number): TokenForm {
  return { note: '', life: livesWithin(most).includes(usualLife) ? String(usualLife) : '', scopes: [] };
}

/** Reads the form. Commas are as good as spaces between the written scopes. */
export function readTokenForm(form: Form): TokenForm {
  const written = (form.get('more_scopes') ?? '').split(/[\s,]+/);
  const scopes = [...form.getAll('scopes'), ...written].filter((scope) => scope !== '');
  return {
    note: (form.get('note') ?? '').trim().slice(0, noteLength),
    life: form.get('expires_in') ?? '',
    scopes: [...new Set(scopes)],
  };
}

/** Seconds, null for as long as possible, undefined for what is no number. */
export function lifeOf({ life }: TokenForm): number | null | undefined {
  if (life === '') return null;
  return /^\d{1,10}$/.test(life) ? Number(life) : undefined;
}
