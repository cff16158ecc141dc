import { type IncomingHttpHeaders, request } from 'node:http';
import type { Duplex } from 'node:stream';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** `Location`, '' when there is none. */
  readonly location: string;
  json<T = Record<string, unknown>>(): T;
}

export interface Visit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

/** Where requests go: the proxy's socket, a TCP port, or whatever somebody connects to. */
export type Place =
  | { readonly socketPath: string }
  | { readonly host: string; readonly port: number }
  | { readonly createConnection: () => Duplex };

/** One request, redirects not followed. */
export function ask(place: Place, path: string, visit: Visit = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = visit;
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
    const sent = request(
      {
        ...place,
        path,
        method,
        headers: { ...length, ...headers },
        ...('createConnection' in place ? {} : { agent: false }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const { statusCode = 0, headers: got } = response;
          resolve({
            status: statusCode,
            headers: got,
            text,
            location: got.location ?? '',
            json: () => JSON.parse(text) as never,
          });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** A browser behind proxyd: keeps cookies by path as browsers do. */
export class Browser {
  readonly #place: Place;
  readonly #cookies = new Map<string, Cookie>();
  readonly address: string;

  constructor(place: Place, address = '203.0.113.7') {
    this.#place = place;
    this.address = address;
  }

  /** Values that would be sent to a path, by name. */
  cookie(name: string, path = '/hub/'): string | undefined {
    return this.#sentTo(path).find((cookie) => cookie.name === name)?.value;
  }

  setCookie(name: string, value: string, path = '/hub/'): void {
    this.#cookies.set(`${name}\0${path}`, { name, value, path });
  }

  forgetCookie(name: string): void {
    for (const [key, cookie] of this.#cookies) if (cookie.name === name) this.#cookies.delete(key);
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.#send(path, { headers });
  }

  /** Posts fields as a form. */
  async post(
    path: string,
    fields: Readonly<Record<string, string>> | URLSearchParams,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const body = new URLSearchParams(fields).toString();
    return this.#send(path, {
      method: 'POST',
      body,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    });
  }

  async send(path: string, visit: Visit): Promise<Answer> {
    return this.#send(path, visit);
  }

  /** Through the form of the login page. */
  async login(username: string, password: string, next = ''): Promise<Answer> {
    const path = next === '' ? '/hub/login' : `/hub/login?next=${encodeURIComponent(next)}`;
    const form = await this.get(path);
    return this.post(path, { username, password, _xsrf: xsrfIn(form.text) });
  }

  async #send(path: string, visit: Visit): Promise<Answer> {
    const cookie = this.#sentTo(path.split('?')[0] ?? '')
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    const headers = {
      Host: 'hub.example.org',
      'User-Agent': 'Test/1.0',
      'X-Forwarded-For': this.address,
      'X-Real-IP': this.address,
      'X-Forwarded-Proto': 'http',
      'X-Forwarded-Host': 'hub.example.org',
      ...(cookie === '' ? {} : { Cookie: cookie }),
      ...visit.headers,
    };
    const answer = await ask(this.#place, path, { ...visit, headers });
    for (const line of answer.headers['set-cookie'] ?? []) this.#keep(line);
    return answer;
  }

  #sentTo(path: string): Cookie[] {
    return [...this.#cookies.values()]
      .filter((cookie) => path.startsWith(cookie.path))
      .toSorted((a, b) => b.path.length - a.path.length);
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const at = pair.indexOf('=');
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    const find = (wanted: string): string | undefined =>
      attributes.find((attribute) => attribute.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1);
    const path = find('path') ?? '/';
    const expires = find('expires');
    const isGone = find('max-age') === '0' || (expires !== undefined && Date.parse(expires) <= 0);
    if (isGone) this.#cookies.delete(`${name}\0${path}`);
    else this.#cookies.set(`${name}\0${path}`, { name, value, path });
  }
}

/** The hidden field of a form. */
export function xsrfIn(page: string): string {
  const field = /<input[^>]*name="_xsrf"[^>]*>/.exec(page)?.[0] ?? '';
  return /value="([^"]*)"/.exec(field)?.[1] ?? '';
}
