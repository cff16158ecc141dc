import { request } from 'node:http';
import { isSecret, secretOfCookie, secretsIn } from './find-secrets.ts';
import { noteSecret } from './secrets.ts';

/** A browser without a screen: follows nothing by itself, keeps cookies, fills forms. */
export class Visitor {
  readonly origin: string;
  readonly cookies = new Map<string, string>();

  constructor(origin: string) {
    this.origin = origin;
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.cookies.size > 0)
      headers.set('cookie', [...this.cookies].map(([key, value]) => `${key}=${value}`).join('; '));
    const response = await navigate(new URL(path, this.origin), init, headers);
    for (const line of response.headers.getSetCookie()) this.keep(line);
    return response;
  }

  /** Follows redirects and returns the last answer with its text. */
  async visit(path: string, init: RequestInit = {}): Promise<{ status: number; text: string; path: string }> {
    let response = await this.fetch(path, init);
    let at = path;
    for (let hop = 0; hop < 12 && response.status >= 300 && response.status < 400; hop++) {
      const url = new URL(response.headers.get('location') ?? '', new URL(at, this.origin));
      at = url.pathname + url.search;
      await response.arrayBuffer();
      response = await this.fetch(at);
    }
    return { status: response.status, text: await response.text(), path: at };
  }

  /** Posts a form with the XSRF token of the cookie. */
  async post(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
    const body = new URLSearchParams({ _xsrf: this.cookies.get('_xsrf') ?? '', ...fields });
    return this.fetch(path, { method: 'POST', body });
  }

  async logIn(username: string, password: string): Promise<Response> {
    await (await this.fetch('/hub/login')).arrayBuffer();
    return this.post('/hub/login', { username, password });
  }

  private keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';');
    const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
    const gone = value === '' || attributes.some((one) => /^\s*(max-age=0|expires=thu, 01 jan 1970)/i.test(one));
    if (gone) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

/** Everything that came or went and lets somebody in. */
function noteExchange(url: URL, sent: string, received: Headers, body: string): void {
  const cookies = received.getSetCookie().map(secretOfCookie).filter(isSecret);
  const told = [url.search, sent.startsWith('{') ? sent : `?${sent}`, received.get('location') ?? '', body];
  noteSecret(...cookies, ...told.flatMap(secretsIn));
}

/** One request as a browser's navigation: Node's own fetch always says that it is a script (`Sec-Fetch-Mode: cors`). */
function navigate(url: URL, init: RequestInit, headers: Headers): Promise<Response> {
  const { method = 'GET', body } = init;
  const text = body instanceof URLSearchParams ? body.toString() : ((body ?? '') as string);
  if (body instanceof URLSearchParams) headers.set('content-type', 'application/x-www-form-urlencoded');
  if (text !== '') headers.set('content-length', String(Buffer.byteLength(text)));
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: Object.fromEntries(headers) }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const received = new Headers();
        for (let i = 0; i < answer.rawHeaders.length; i += 2)
          received.append(answer.rawHeaders[i] ?? '', answer.rawHeaders[i + 1] ?? '');
        const status = answer.statusCode ?? 500;
        const whole = Buffer.concat(chunks);
        noteExchange(url, text, received, whole.toString());
        resolve(new Response(status === 204 || status === 304 ? null : whole, { status, headers: received }));
      });
    });
    sent.on('error', reject);
    sent.end(text);
  });
}
