import { readdirSync, readFileSync } from 'node:fs';
import { errors, TshubError } from '@tshub/contract';
import { expect, test } from 'vitest';
import type { Caller } from '../../caller/caller.ts';
import { sayPlace } from '../../servers/start-queue.ts';
import { stopOrder } from '../../servers/stop-order.ts';
import { germanProblems } from './de-problems.ts';
import { germanReasons } from './de-reasons.ts';
import { germanErrors } from './de-errors.ts';
import { speakIn } from './language.ts';
import { translated } from './sayings.ts';

const german = (text: string): string => speakIn('de', () => translated(text));
const packages = new URL('../../../../', import.meta.url);
const speakers = ['contract', 'cullerd', 'hubd', 'spawnerd', 'tshubctl'];

function sourcesOf(name: string): string {
  const folder = new URL(`${name}/src/`, packages);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.test\.ts$|languages\//.test(file))
    .map((file) => readFileSync(new URL(file, folder), 'utf8'))
    .join('\n');
}

test.each([
  [
    'The server was stopped: idle for 60 minutes (limit 60)',
    'Der Server wurde beendet: seit 60 Minuten unbenutzt (Grenze 60)',
  ],
  ['The server was stopped by an administrator: lunch', 'Der Server wurde von der Administration beendet: lunch'],
  ['The server stopped: out of memory: limit 256 MiB', 'Der Server hat aufgehört: kein Speicher mehr: Grenze 256 MiB'],
  [
    'out of memory: limit 1 GiB for all servers of ada together',
    'kein Speicher mehr: Grenze 1 GiB für alle Server von ada zusammen',
  ],
  ['Spawn failed: it ended before it answered', 'Der Start ist fehlgeschlagen: er endete, bevor er antwortete'],
  ["ada's server lab is already running", 'der Server lab von ada läuft schon'],
  ["ada's server is pending stop", 'der Server von ada ist gerade beschäftigt: er wird beendet'],
  ['Named servers are not enabled.', 'Benannte Server sind hier nicht eingeschaltet.'],
])('%s', (text, said) => {
  expect(german(text)).toBe(said);
  expect(speakIn('en', () => translated(text))).toBe(text);
});

test('what nobody has translated, and what somebody else wrote, stands as it is', () => {
  for (const text of ['', 'Wartung ab 18 Uhr', '{reason}', '$& $1', 'x'.repeat(5000)]) expect(german(text)).toBe(text);
  expect(german('The server was stopped by an administrator: $& {>x}')).toBe(
    'Der Server wurde von der Administration beendet: $& {>x}',
  );
  expect(german('Group idle for 1 hour already exists')).toBe('Die Gruppe idle for 1 hour gibt es schon');
});

test('a text made to be slow is not: what does not fit is seen on one way through it', () => {
  const hostile = "To share with  you need the scope ; '".repeat(27).slice(0, 999);
  for (let i = 0; i < 200; i++) expect(german(hostile)).toBe(hostile);
});

test('every name in a translation is in the sentence', () => {
  const all = {
    ...germanProblems,
    ...germanReasons,
    ...Object.fromEntries(
      Object.entries(errors).map(([code, { says }]) => [says, germanErrors[code as keyof typeof errors]]),
    ),
  };
  for (const [english, other] of Object.entries(all))
    for (const [, name] of other.matchAll(/\{>?(\w+)\}/g)) expect(english).toContain(`{${name}}`);
});

test('every sentence is still said by somebody', () => {
  const source = speakers.map(sourcesOf).join('\n').replaceAll("\\'", "'");
  // Put together of smaller pieces; the test below says those.
  const composed = /^(1 |\{count\} )(hour|minute|second)s?$|^Many servers|by an administrator: |^(idle|running) for /;
  const gone = Object.keys({ ...germanProblems, ...germanReasons }).filter(
    (english) => !composed.test(english) && !english.split(/\{\w+\}/).every((piece) => source.includes(piece)),
  );
  expect(gone).toEqual([]);
});

test('every reason that spawnerd gives for an end is translated', () => {
  const source = readFileSync(new URL('spawnerd/src/launch/reason.ts', packages), 'utf8');
  const said = [...source.matchAll(/(?:return|\?|:|=>)\s+(?:'([^'\n]+ [^'\n]+)'|`([^`\n]+ [^`\n]+)`)/g)]
    .map(([, plain, filled]) => plain ?? filled?.replace(/\$\{[^}]*\}/g, '7'))
    .filter((text) => text !== undefined && text !== '7 7');
  expect(said.length).toBeGreaterThan(25);
  expect(said.filter((text) => german(text ?? '') === text)).toEqual([]);
});

test('so is every refusal that spawnerd has for a start', () => {
  const files = ['policy', 'permit', 'census', 'guests', 'make-account', 'ports', 'launch/launch', 'launch/stop'];
  const source = files
    .map((name) => readFileSync(new URL(`spawnerd/src/${name}.ts`, packages), 'utf8'))
    .concat(readFileSync(new URL('spawnerd/src/limits.ts', packages), 'utf8').split('describeServer')[0] ?? '')
    .join('\n');
  const spoken = /(?:problem: |problem = |refused\(|return |objection = )(?:'([^'\n]+ [^'\n]+)'|`([^`\n]+ [^`\n]+)`)/g;
  const said = [...source.matchAll(spoken)]
    .map(([, plain, filled]) => plain ?? filled?.replace(/\$\{[^}]*\}/g, '7') ?? '')
    // Of an account that cannot log in.
    .filter((text) => text !== '7 is root' && !text.includes('${'));
  expect(said.length).toBeGreaterThan(20);
  expect(said.filter((text) => german(text) === text)).toEqual([]);
});

test('what is put together of pieces is translated too', () => {
  const caller = { owner: { kind: 'user', id: 1, name: 'root', admin: true }, from: '' } as unknown as Caller;
  const said = [sayPlace(0), sayPlace(1), sayPlace(2), stopOrder(caller, 'ada', 'lunch').lastEnd];
  expect(said.map(german).filter((text) => said.includes(text))).toEqual([]);
});

test('an error is said whole, by its code', () => {
  const error = new TshubError('disk_full', { where: '/var/lib/tshub' });
  expect(german(error.message)).toContain('/var/lib/tshub; nichts ist verloren');
});
