import { describe, expect, test } from 'vitest';
import { ShareIndex } from './share-index.ts';
import type { Share } from './share.ts';

const share = (id: number, kind: 'group' | 'user', name: string, ...scopes: string[]): Share => ({
  id,
  server: { id: 7, user: 'ada', name: 'lab' },
  target: { kind, id: 1, name },
  scopes,
  created: 0,
});
const staff: ReadonlySet<string> = new Set(['staff']);

describe('what is shared with somebody', () => {
  test('is nothing, the same nothing each time, while nothing is shared', () => {
    const index = new ShareIndex();
    expect(index.sharedWith('bob', staff)).toEqual([]);
    expect(index.sharedWith('bob', staff)).toBe(index.sharedWith('eve', new Set()));
  });

  test('is what was given to them and to their groups', () => {
    const index = new ShareIndex();
    index.set(share(1, 'user', 'bob', 'read:servers', 'access:servers'));
    index.set(share(2, 'group', 'staff', 'access:servers'));
    index.set(share(3, 'user', 'staff', 'shares'));
    expect(index.sharedWith('bob', new Set())).toEqual([
      'access:servers!server=ada/lab',
      'read:servers!server=ada/lab',
    ]);
    expect(index.sharedWith('eve', staff)).toEqual(['access:servers!server=ada/lab']);
    // A user who is called like a group is another one.
    expect(index.sharedWith('staff', new Set())).toEqual(['shares!server=ada/lab']);
  });

  test('is replaced by a wider or narrower share of the same number, and ends with it', () => {
    const index = new ShareIndex();
    index.set(share(1, 'user', 'bob', 'access:servers'));
    index.set(share(1, 'user', 'bob', 'read:servers'));
    expect(index.sharedWith('bob', new Set())).toEqual(['read:servers!server=ada/lab']);
    index.remove(share(1, 'user', 'bob'));
    index.remove(share(1, 'user', 'bob'));
    expect(index.sharedWith('bob', new Set())).toEqual([]);
  });
});

test('who has to do with shares is known, to read no rows for others', () => {
  const index = new ShareIndex();
  index.set(share(1, 'user', 'bob', 'access:servers'));
  index.set(share(2, 'group', 'staff', 'access:servers'));
  const known = (): boolean[] => [
    index.knows('user', 'ada'),
    index.knows('user', 'bob'),
    index.knows('user', 'eve'),
    index.knows('group', 'staff'),
    index.knows('group', 'ada'),
  ];
  expect(known()).toEqual([true, true, false, true, false]);
  index.remove(share(1, 'user', 'bob'));
  expect(known()).toEqual([true, false, false, true, false]);
  index.remove(share(2, 'group', 'staff'));
  expect(known()).toEqual([false, false, false, false, false]);
});
