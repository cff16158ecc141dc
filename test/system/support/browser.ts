import { chromium, type Browser } from 'playwright-core';

/** Debian's Chromium, with everything off that would look for a network beyond this machine. */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
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
}
