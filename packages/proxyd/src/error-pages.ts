import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '@tshub/config';
import { TshubError } from '@tshub/contract';
import { type Answer, answerOf, pageFor, prefersJson, type Refusal } from './error-page.ts';
import type { Look } from './error-look.ts';
import { fetchErrorPage } from './error-target.ts';
import { valueOf } from './head-fields.ts';
import { parseOperatorTarget } from './operator-target.ts';
import type { RequestHead } from './request-head.ts';
import type { UpstreamTls } from './tls/upstream-tls.ts';

/** Pages of the administrator's, instead of the proxy's own. */
export interface ErrorPages {
  /** The proxy's own page where there is none of theirs. */
  pageOf(refusal: Refusal, head: Pick<RequestHead, 'raw'> | null): Answer;
  /** What the error target says, or the proxy's own page when it says nothing; null: nobody is to be asked. Never rejects. */
  late(refusal: Refusal, head: RequestHead): Promise<Answer> | null;
}

const fileName = /^(\d{3}|error)\.html$/;
const maxSize = 1_048_576;

/** Reads the pages once: an error is no time to look for files. Throws config_invalid. */
export function loadErrorPages(settings: Settings['proxy_routes'], tls: () => UpstreamTls, look: Look): ErrorPages {
  const pages = settings.error_pages === '' ? new Map<string, Buffer>() : readPages(settings.error_pages);
  const { error_target: target } = settings;
  // Now rather than when there is an error.
  if (target !== '') parseOperatorTarget(target);
  return {
    pageOf(refusal, head) {
      const { status } = refusal;
      const body = pages.get(String(status)) ?? pages.get('error');
      if (body === undefined || (head !== null && prefersJson(valueOf(head.raw, 'accept') ?? '')))
        return pageFor(refusal, head, look);
      return answerOf(status, ['Content-Type', 'text/html; charset=utf-8'], body);
    },
    late(refusal, head) {
      if (target === '' || refusal.status < 500 || head.upgrade === 'websocket') return null;
      return fetchErrorPage(target, refusal.status, head.target, tls()).then(
        (page) => page ?? pageFor(refusal, head, look),
      );
    },
  };
}

function readPages(folder: string): Map<string, Buffer> {
  try {
    const names = readdirSync(folder).filter((name) => fileName.test(name));
    const pages = names.map((name) => [name.replace('.html', ''), readFileSync(join(folder, name))] as const);
    const large = pages.find(([, body]) => body.length > maxSize);
    if (large !== undefined) throw new Error(`${large[0]}.html is larger than 1 MiB`);
    return new Map(pages);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TshubError('config_invalid', { problem: `proxy_routes.error_pages: cannot be read: ${reason}` });
  }
}
