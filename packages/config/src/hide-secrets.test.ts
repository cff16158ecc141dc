import { describe, expect, test } from 'vitest';
import { differing } from './compare.ts';
import { tellInUse } from './hide-secrets.ts';
import { schema, type Settings } from './schema.ts';

const sections = ['hub', 'login', 'profiles', 'spawner'];
const plain = schema.parse({});
const withKey = (KEY: string): Settings => schema.parse({ spawner: { environment: { KEY } } });
const told = (inUse: Settings, files: Settings): unknown =>
  JSON.parse(tellInUse({ settings: inUse, waiting: [] }, () => files)[0]);
const keys = (settings: Settings, inUse: Settings, files = settings): string[] =>
  differing(settings, told(inUse, files), sections, files).map(({ key }) => key);

const profile = (name: string, KEY: string) => ({ name, settings: { environment: { KEY } } });

describe('what a daemon tells of its settings', () => {
  test.each([
    { spawner: { environment: { KEY: 'hush-hush' } } },
    { profiles: [profile('big', 'hush-hush')] },
    { services: { cost: { command: ['/bin/true'], user: 'ada', environment: { KEY: 'hush-hush' } } } },
    { login: { dummy_password: 'hush-hush' } },
    { services: { cost: { info: { at: 'postgres://cost:hush-hush@db.example/cost' } } } },
  ])('holds no secret, whether the files say it or not: %j', (written) => {
    const settings = schema.parse(written);
    for (const files of [settings, plain])
      expect(JSON.stringify(told(settings, files))).toMatch(/^(?!.*hush-hush).*\(hidden/s);
  });

  test('holds the rest, and the keys of what waits', () => {
    const settings = schema.parse({ hub: { name: 'Lab' } });
    expect(tellInUse({ settings, waiting: ['hub.name'] }, () => settings)).toEqual([
      expect.stringContaining('"name":"Lab"'),
      ['hub.name'],
    ]);
  });

  test('holds no secret while the files are broken', () => {
    const [text] = tellInUse({ settings: withKey('hush-hush'), waiting: [] }, () => {
      throw new Error('no TOML');
    });
    expect(text).not.toContain('hush-hush');
  });
});

describe('a secret in use', () => {
  test('that is what the files say is no difference', () => {
    expect(keys(withKey('a'), withKey('a'))).toEqual([]);
    const both = schema.parse({ profiles: [profile('one', 'a'), profile('two', 'b')] });
    expect(keys(both, schema.parse({ profiles: both.profiles.toReversed() }))).toEqual([]);
  });

  test('that is not what the files say differs, and neither is shown', () => {
    const [one] = differing(withKey('new-1'), told(withKey('old-1'), withKey('new-1')), sections);
    expect(one).toEqual({ key: 'spawner.environment.KEY', files: '(hidden)', inUse: '(hidden)' });
    expect(keys(plain, withKey('a'))).toEqual(['spawner.environment.KEY']);
    expect(keys(withKey('a'), plain)).toEqual(['spawner.environment.KEY']);
    const [before, after] = ['a', 'b'].map((key) => schema.parse({ profiles: [profile('big', key)] }));
    expect(keys(before!, after!)).toEqual(['profiles.big']);
  });

  test('is compared with another file by way of the files', () => {
    expect(keys(withKey('a'), withKey('a'), withKey('a'))).toEqual([]);
    expect(keys(withKey('b'), withKey('a'), withKey('a'))).toEqual(['spawner.environment.KEY']);
    expect(keys(withKey('a'), withKey('b'), withKey('a'))).toEqual(['spawner.environment.KEY']);
    const [broken] = tellInUse({ settings: withKey('a'), waiting: [] }, () => {
      throw new Error('no TOML');
    });
    const found = differing(withKey('a'), JSON.parse(broken), sections, null);
    expect(found.map(({ key }) => key)).toEqual(['spawner.environment.KEY']);
    // Whether these two are the same nobody can tell who may see neither.
    expect(keys(withKey('b'), withKey('b'), withKey('a'))).toEqual(['spawner.environment.KEY']);
  });
});
