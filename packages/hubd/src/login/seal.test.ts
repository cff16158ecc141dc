import { expect, test } from 'vitest';
import { seal, unseal } from './seal.ts';

const [one, two] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];

test('what was sealed opens with its key, wherever that stands', () => {
  const sealed = seal(one, 'here', 'zoë');
  expect(unseal([one], 'here', sealed)).toEqual({ text: 'zoë', keyIndex: 0 });
  expect(unseal([two, one], 'here', sealed)).toEqual({ text: 'zoë', keyIndex: 1 });
});

test('it does not open with another key, for another purpose, or changed in any byte', () => {
  const sealed = seal(one, 'here', 'text');
  expect(unseal([two], 'here', sealed)).toBeNull();
  expect(unseal([], 'here', sealed)).toBeNull();
  expect(unseal([one], 'there', sealed)).toBeNull();
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    expect(unseal([one], 'here', changed)).toBeNull();
  }
});

test.each([0, 1, 28, 29])('%i bytes of nothing do not open', (length) => {
  expect(unseal([one], 'here', Buffer.alloc(length, 1))).toBeNull();
});

test('the same text is sealed differently each time', () => {
  expect(seal(one, 'here', 'x').equals(seal(one, 'here', 'x'))).toBe(false);
});
