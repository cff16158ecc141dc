import { describe, expect, test } from 'vitest';
import { remoteUserRule, type Sender } from './remote-user.ts';
import { trustedPeers } from './trusted-peers.ts';

const trusts = trustedPeers(['10.0.0.0/8', '127.0.0.1', 'unix']);
const rule = remoteUserRule('X-Remote-User', trusts, (address) => ['127.0.0.1', '10.0.0.5'].includes(address));
const told = (sender: Sender, raw: readonly string[] = ['X-Remote-User', 'ada']): string | undefined =>
  rule.asserted(raw, sender);

describe('who the user is', () => {
  const uid = (value: number) => ({ remoteAddress: undefined, peerUid: (): number => value });

  test.each<[string, Sender, string | undefined]>([
    ['a web server on another host', { remoteAddress: '10.0.0.9' }, 'ada'],
    ['the same in IPv6 spelling', { remoteAddress: '::ffff:10.0.0.9' }, 'ada'],
    ['a stranger', { remoteAddress: '203.0.113.7' }, undefined],
    ['somebody on this host over the loopback', { remoteAddress: '127.0.0.1' }, undefined],
    ['somebody on this host over its own address', { remoteAddress: '10.0.0.5' }, undefined],
    ['a web server over a UNIX socket', uid(33), 'ada'],
    ['somebody with an account over a UNIX socket', uid(1000), undefined],
    ['a user server over a UNIX socket', uid(61184), undefined],
    ['a UNIX socket whose peer is unknown', { remoteAddress: undefined }, undefined],
  ])('as %s says it', (_, sender, name) => {
    expect(told(sender)).toBe(name);
  });

  test.each([
    ['two headers', ['X-Remote-User', 'ada', 'x-remote-user', 'eve']],
    ['an empty one', ['X-Remote-User', '']],
    ['none', ['X-Other', 'ada']],
    ['one with underscores', ['X_Remote_User', 'ada']],
    ["the hub's own name for it", ['X-Tshub-Remote-User', 'ada']],
  ])('is not known from %s', (_, raw) => {
    expect(told({ remoteAddress: '10.0.0.9' }, raw)).toBeUndefined();
  });

  test('is nobody without the setting', () => {
    const off = remoteUserRule('', trusts, () => false);
    expect(off.asserted(['X-Remote-User', 'ada', '', 'eve'], { remoteAddress: '10.0.0.9' })).toBeUndefined();
    expect(off.isAboutUser('')).toBe(false);
  });
});

test('headers about the user are known in every spelling', () => {
  for (const key of ['x-remote-user', 'x_remote_user', 'x-tshub-remote-user', 'x_tshub_remote-user'])
    expect(rule.isAboutUser(key)).toBe(true);
  expect(rule.isAboutUser('x-remote-users')).toBe(false);
});
