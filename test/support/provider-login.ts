import { connect as connectTls } from 'node:tls';
import { Browser } from './browser.ts';

/** Where a provider listens, and whose certificate it shows. */
export interface ProviderPlace {
  readonly address: string;
  readonly port: number;
  readonly ca: string;
}

/** Logs somebody in who was sent to a provider with this URL, as a person does it: through its own forms. The URL that they are sent back to. */
export async function logInAtProvider({ address, port, ca }: ProviderPlace, url: string, name: string): Promise<URL> {
  const { origin, host, hostname } = new URL(url);
  const createConnection = () => connectTls({ port, host: address, servername: hostname, ca });
  const browser = new Browser({ createConnection }, '203.0.113.7');
  const headers = { Host: host, 'X-Forwarded-Host': host, 'X-Forwarded-Proto': 'https' };
  let next = new URL(url);
  for (let step = 0; step < 12; step++) {
    if (next.origin !== origin) return next;
    const answer = await browser.get(`${next.pathname}${next.search}`, headers);
    const prompt = /name="prompt" value="(\w+)"/.exec(answer.text)?.[1];
    const sent =
      prompt === undefined
        ? answer
        : await browser.post(next.pathname, { prompt, login: name, password: 'x' }, headers);
    if (sent.location === '') throw new Error(`expected to be sent on, found ${sent.status}: ${sent.text}`);
    next = new URL(sent.location, origin);
  }
  throw new Error('the provider sends in circles');
}
