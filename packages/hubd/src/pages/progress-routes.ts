import type { Router } from '@koa/router';
import { escapeName } from '@tshub/contract';
import type { Context } from 'koa';
import { mayReadLog, stepsAlone } from '../servers/log-readers.ts';
import { eventStream } from '../servers/progress.ts';
import type { ProgressEvent } from '../servers/server.ts';
import { language, speakIn } from './languages/language.ts';
import { translated } from './languages/sayings.ts';
import type { PagesParts } from './parts.ts';
import { findTarget, pagePath } from './target.ts';
import { visit } from './visit.ts';

/** Where the page of a start hears of it: of the API, which speaks English, or from here, in the reader's language. */
export function eventsPath(user: string, name: string): string {
  if (language() !== 'en') return pagePath('progress', user, name);
  return `/hub/api/users/${escapeName(user)}/${name === '' ? 'server' : `servers/${escapeName(name)}`}/progress`;
}

/** `/hub/progress/U/S`: what the API's stream of progress tells, translated. */
export function makeProgress(parts: PagesParts): (router: Router) => void {
  async function progress(ctx: Context): Promise<void> {
    const visitor = await visit(parts, ctx);
    if (visitor === undefined) return;
    const { user: owner, server } = ctx.params as { user: string; server?: string };
    const { user, name } = await findTarget(parts, visitor.caller, ['read:servers'], owner, server);
    const known = language();
    // Asked before the answer begins: an error is still an answer then.
    const gone = new AbortController();
    const told = parts.servers.progress(user.name, name, gone.signal);
    const events = mayReadLog(parts.access, visitor.caller, user.name, name) ? told : stepsAlone(told);
    ctx.body = eventStream((signal) => {
      signal.addEventListener('abort', () => gone.abort(), { once: true });
      return inWords(events, (event) => speakIn(known, () => say(event)));
    });
    ctx.type = 'text/event-stream';
    ctx.set({ 'Cache-Control': 'no-cache', 'X-Accel-Buffering': 'no' });
  }
  return (router) => router.get('/hub/progress/:user{/:server}', progress);
}

async function* inWords(
  events: AsyncIterable<ProgressEvent>,
  words: (event: ProgressEvent) => ProgressEvent,
): AsyncGenerator<ProgressEvent> {
  for await (const event of events) yield words(event);
}

/** Lines of a log are nobody's to translate; `html_message` is for scripts that read the API. */
function say(event: ProgressEvent): ProgressEvent {
  const { html_message: _, ...rest } = event;
  const isLine = event.log !== undefined && event.failed !== true;
  return isLine ? rest : { ...rest, message: translated(event.message) };
}
