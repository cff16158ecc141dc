import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeRoot } from '../support/admin-steps.ts';
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
