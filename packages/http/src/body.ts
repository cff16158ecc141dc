import type { IncomingMessage } from 'node:http';
import { TshubError } from '@tshub/contract';

export const bodyLimit = 1024 * 1024;

export interface BodyOptions {
  /** Bytes; 1 MiB if not said. */
  readonly limit?: number;
}

/** The fields of a form, in order; a name may come several times. */
export type Form = URLSearchParams;

async function readBytes(req: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = (): TshubError => new TshubError('body_too_large', { limit });
  if (Number(req.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // Not destroyed when it is given up: the answer still has to get through.
    for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > limit) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof TshubError) throw error;
    throw new TshubError('bad_request', { problem: 'The body of the request was cut off' }, { cause: error });
  }
  return Buffer.concat(chunks, length);
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new TshubError('body_invalid', {}, { cause: error });
  }
}

/** The JSON in the body; null for an empty one. Throws body_invalid for what is not UTF-8 or not JSON, body_too_large. */
export async function readJson(req: IncomingMessage, options: BodyOptions = {}): Promise<unknown> {
  const text = decode(await readBytes(req, options.limit ?? bodyLimit));
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text, dropPrototype);
  } catch (error) {
    throw new TshubError('body_invalid', {}, { cause: error });
  }
}

/** The fields of a urlencoded body; throws bad_request for another content type, body_too_large, body_invalid. */
export async function readForm(req: IncomingMessage, options: BodyOptions = {}): Promise<Form> {
  const type = (req.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  const bytes = await readBytes(req, options.limit ?? bodyLimit);
  if (bytes.length === 0) return new URLSearchParams();
  if (type !== 'application/x-www-form-urlencoded') {
    throw new TshubError('bad_request', {
      problem: `Expected a form (application/x-www-form-urlencoded), found ${JSON.stringify(type)}`,
    });
  }
  return new URLSearchParams(decode(bytes));
}

/** `__proto__` in a body is dropped, so that no later spread or assignment can meet it. */
function dropPrototype(key: string, value: unknown): unknown {
  return key === '__proto__' ? undefined : value;
}
