import { chromium, type Browser } from 'playwright-core';

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
    return context;
  };
  return browser;
}
