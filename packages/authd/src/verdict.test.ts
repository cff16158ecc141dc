import type { Account, PamOutcome } from '@tshub/native';
import { describe, expect, test } from 'vitest';
import { type Accounts, judge as judgeWith } from './verdict.ts';

function account(name: string, uid: number): Account {
  const groups = [
    { gid: uid, name },
    { gid: 50, name: 'students' },
  ];
  return { name, uid, gid: uid, gecos: '', home: '/', shell: '/bin/sh', groups };
}

// A host with these entries; look-ups by number find the first of several.
function host(...entries: Account[]): Accounts {
  return {
    userByName: async (name) => entries.find((entry) => entry.name === name) ?? null,
    userByUid: async (uid) => entries.find((entry) => entry.uid === uid) ?? null,
  };
}

const judge = (outcome: PamOutcome, accounts: Accounts, complaints: string[] = []) =>
  judgeWith(outcome, accounts, complaints);
const letIn = (user: string) => ({ ok: true, user }) as const;
const refused = { ok: false, code: 7, step: 'authenticate', reason: 'denied', text: 'Authentication failure' } as const;

describe('who is let in', () => {
  test('an account that PAM accepts, with its uid and groups', async () => {
    const { result } = await judge(letIn('ada'), host(account('ada', 1000)));
    expect(result).toEqual({ type: 'result', ok: true, user: 'ada', uid: 1000, groups: ['ada', 'students'] });
  });

  test('root is refused in the very words of a wrong password', async () => {
    const root = await judge(letIn('root'), host(account('root', 0)));
    const wrong = await judge(refused, host());
    expect(root.result).toEqual(wrong.result);
    expect(root.why).toContain('root');
  });

  test('another name of root is refused like root', async () => {
    const { result } = await judge(letIn('toor'), host(account('root', 0), account('toor', 0)));
    expect(result).toMatchObject({ ok: false, reason: 'denied' });
  });

  test('a name whose uid belongs to another name is refused', async () => {
    const { result, why } = await judge(letIn('bob'), host(account('ada', 1000), account('bob', 1000)));
    expect(result).toMatchObject({ ok: false, reason: 'not-permitted' });
    expect(why).toContain('"ada"');
  });

  test('a name without an account is refused', async () => {
    expect((await judge(letIn('ghost'), host())).result).toMatchObject({ ok: false, reason: 'not-permitted' });
  });

  test("the account's own spelling of the name is what counts", async () => {
    const ada = account('ada', 1000);
    const accounts = { ...host(ada), userByName: async () => ada };
    expect((await judge(letIn('ADA'), accounts)).result).toMatchObject({ ok: true, user: 'ada' });
  });
});

test.each([
  'aborted',
  'account-expired',
  'account-locked',
  'denied',
  'not-permitted',
  'password-expired',
  'system-error',
  'too-many-tries',
] as const)('%s comes with a sentence for the page, and the details stay out of it', async (reason) => {
  const { result, why } = await judge({ ...refused, reason, text: 'module is unknown' }, host(), ['it broke']);
  expect(result).toMatchObject({ ok: false, reason, text: expect.stringMatching(/^[A-Z].{10,}/) });
  expect(JSON.stringify(result)).not.toMatch(/module|broke/);
  expect(why).toMatch(reason === 'aborted' ? /unanswered; it broke/ : /module is unknown .*; it broke/);
});
