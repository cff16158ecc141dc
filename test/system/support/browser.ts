import { chromium, type Browser, type Response } from 'playwright-core';
import { isSecret, secretOfCookie, secretsIn } from './find-secrets.ts';
import { noteSecret } from './secrets.ts';

/** Debian's Chromium, with everything off that would look for a network beyond this machine. */
export async function openBrowser(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: process.env['TSHUB_CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  // Windows are as patient as the tests: the machine may be busy, and only a broken thing takes this long.
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (...options) => {
    const context = await newContext(...options);
    context.setDefaultTimeout(120_000);
    context.on('response', (response) => void noteResponse(response));
    return context;
  };
  return browser;
}

/** What a window was sent or sends that lets somebody in. */
async function noteResponse(response: Response): Promise<void> {
  try {
    const headers = await response.headersArray();
    const of = (wanted: string) =>
      headers.filter(({ name }) => name.toLowerCase() === wanted).map(({ value }) => value);
    const cookies = of('set-cookie')
      .flatMap((lines) => lines.split('\n'))
      .map(secretOfCookie);
    const kind = of('content-type').join();
    const body = /^(text\/html|application\/json)/.test(kind) ? await response.text() : '';
    noteSecret(...cookies.filter(isSecret), ...[response.url(), ...of('location'), body].flatMap(secretsIn));
  } catch {
    // The window has gone on, or is closed: its cookies were noted with the answer before.
  }
}
