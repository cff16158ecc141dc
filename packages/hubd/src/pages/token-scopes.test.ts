import { expect, test } from 'vitest';
import { makeAccess } from '../access/access.ts';
import { Directory } from '../access/directory.ts';
import { builtInRoles } from '../access/roles.ts';
import { speakIn } from './languages/language.ts';
import { choiceOf, scopeChoices } from './token-scopes.ts';

const directory = new Directory();
for (const role of builtInRoles()) directory.setRole(role);
const access = makeAccess({ directory, custom: new Map(), sharedWith: () => [] });
const ada = { kind: 'user', id: 1, name: 'ada', admin: false } as const;
const scopesIn = (choices: readonly { readonly scope: string }[]): string[] => choices.map(({ scope }) => scope);

test('what somebody holds is on offer, each once: the whole things, and apart from them their parts', () => {
  const { whole, parts } = speakIn('en', () => scopeChoices(access, ada, 'everybody'));
  expect(scopesIn(whole)).toContain('servers!user=ada');
  expect(scopesIn(parts)).toContain('read:servers!user=ada');
  expect([...scopesIn(whole), ...scopesIn(parts)].toSorted()).toEqual([...access.scopesOf(ada)].toSorted());
});

test('an administrator is offered what is about everybody, and what is their own as a part of it', () => {
  const { whole } = speakIn('en', () => scopeChoices(access, { ...ada, admin: true }, 'everybody'));
  expect(scopesIn(whole)).toContain('admin:users');
  expect(scopesIn(whole).filter((scope) => scope.endsWith('!user=ada'))).toEqual([]);
});

test.each([
  ['servers!user=ada', 'Start and stop servers', ''],
  ['servers!user', 'Start and stop servers', ''],
  ['servers!user=bob', 'Start and stop servers', 'user bob'],
  ['servers!server=ada/lab', 'Start and stop servers', 'server ada/lab'],
  ['servers', 'Start and stop servers', 'everybody'],
  ['no such scope', 'no such scope', ''],
])('%s is said as %j, about %j', (scope, says, about) => {
  expect(speakIn('en', () => choiceOf(access, scope, 'ada', 'everybody'))).toEqual({ scope, says, about });
});
