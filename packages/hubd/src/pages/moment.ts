import { html, type Html } from './html.ts';
import { sayAgo, sayExactly, sayUntil } from './words.ts';

/** A time as people say it; exactly for programs, and for whoever points at it. */
export function moment(at: number, now: number): Html {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}" title="${sayExactly(at)}"
    >${at > now ? sayUntil(at, now) : sayAgo(at, now)}</time
  >`;
}

/** The same, or a word when there is no such time. */
export function momentOr(at: number | null, now: number, none: string): Html {
  return at === null ? html`${none}` : moment(at, now);
}
