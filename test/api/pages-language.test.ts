import { TshubError } from '@tshub/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeRoot } from '../support/admin-steps.ts';
import { xsrfIn } from '../support/browser.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
beforeEach(async () => {
  t = await hubForTest();
});
afterEach(() => t.close());

const inGerman = { 'Accept-Language': 'fr, de-AT;q=0.8, en;q=0.5' };

test('a page is in the first language of the browser that there is, and says which', async () => {
  const german = (await t.browser().get('/hub/login', inGerman)).text;
  expect(german).toContain('<html lang="de">');
  expect(german).toContain('Benutzername');
  const other = (await t.browser().get('/hub/login', { 'Accept-Language': 'fr' })).text;
  expect(other).toContain('<html lang="en">');
});

test('errors and pages of administrators are in that language too', async () => {
  expect((await t.browser().get('/hub/nothing', inGerman)).text).toContain('Hier ist nichts');
  const root = await makeRoot(t);
  expect((await root.get('/hub/admin', inGerman)).text).toContain('Personen und Server');
});

test('somebody chooses another at the foot of a page, comes back to it, and keeps it', async () => {
  const ada = t.browser();
  const page = await ada.get('/hub/login?next=%2Fhub%2Ftoken');
  const link = /href="(\/hub\/language\/de[^"]*)"/.exec(page.text)?.[1] ?? '';
  expect((await ada.get(link)).location).toBe('/hub/login?next=%2Fhub%2Ftoken');
  expect((await ada.get('/hub/login')).text).toContain('<html lang="de">');
  expect((await ada.get('/hub/language/de?next=//evil.example')).location).toBe('/hub/home');
  expect((await ada.get('/hub/language/xx')).status).toBe(404);
});

test('the setting may leave no choice', async () => {
  await t.close();
  t = await hubForTest({ settings: { pages: { language: 'de' } } });
  const page = (await t.browser().get('/hub/login', { 'Accept-Language': 'en' })).text;
  expect(page).toContain('<html lang="de">');
  expect(page).not.toContain('/hub/language/');
});

test('why a server ended and what a start tells is said in the language of the reader; the API stays English', async () => {
  const ada = t.browser();
  await ada.login('ada', 'ada-password');
  const gate = t.spawner.gates.hold('Start', 'before');
  await ada.get('/hub/spawn');
  const page = (await ada.get('/hub/spawn-pending/ada', inGerman)).text;
  expect(page).toContain('Ihr Server startet');
  const url = /data-events="(\/hub\/progress\/ada\?_xsrf=[^"]+)"/.exec(page)?.[1] ?? '';
  t.spawner.startError = new TshubError('spawn_failed', { problem: 'out of memory: limit 256 MiB' });
  gate.open();
  const heard = (await ada.get(url, { ...inGerman, 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Site': 'same-origin' })).text;
  expect(heard).toContain('Die Unit tshub-server-ada.service wird gestartet');
  expect(heard).toContain('Der Start ist fehlgeschlagen: kein Speicher mehr: Grenze 256 MiB');
  expect((await ada.get('/hub/home', inGerman)).text).toContain('kein Speicher mehr: Grenze 256 MiB');
  expect((await ada.get('/hub/home')).text).toContain('out of memory: limit 256 MiB');
  const api = await ada.get('/hub/api/users/ada', {
    ...inGerman,
    'X-XSRFToken': xsrfIn((await ada.get('/hub/home')).text),
  });
  expect(api.text).not.toContain('Speicher');
});

test('the translated stream is for whoever may follow the start, and for nobody else', async () => {
  const gate = t.spawner.gates.hold('Start', 'before');
  const [ada, bob] = [t.browser(), t.browser()];
  await ada.login('ada', 'ada-password');
  await bob.login('bob', 'bob-password');
  await ada.get('/hub/spawn');
  expect((await bob.get('/hub/progress/ada', inGerman)).status).toBe(404);
  expect((await t.browser().get('/hub/progress/ada', inGerman)).location).toContain('/hub/login');
  expect(
    (await ada.get('/hub/progress/ada', { ...inGerman, 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'cors' }))
      .status,
  ).toBe(403);
  gate.open();
  await expect.poll(() => t.hub.servers.get('ada', '')?.ready).toBe(true);
});
