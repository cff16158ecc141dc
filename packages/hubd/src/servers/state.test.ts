import { expect, test } from 'vitest';
import { checkMayStart, nextPhase, pendingOf } from './state.ts';

test('a server that stops cannot become ready, nor one that is stopped stop', () => {
  expect(nextPhase('stopping', 'answered')).toBeUndefined();
  expect(nextPhase('stopped', 'stop')).toBeUndefined();
  expect(nextPhase('stopped', 'ended')).toBeUndefined();
});

test('a start that is cancelled goes through stopping to stopped', () => {
  expect(nextPhase('starting', 'stop')).toBe('stopping');
  expect(nextPhase('stopping', 'stopped')).toBe('stopped');
});

test('after a stop that failed the server is looked at again', () => {
  expect(nextPhase('stopping', 'stop-failed')).toBe('checking');
  expect(nextPhase('checking', 'kept')).toBe('ready');
});

test('the words for what is pending are those of the peer', () => {
  expect((['stopped', 'starting', 'ready', 'stopping', 'checking'] as const).map(pendingOf)).toEqual([
    null,
    'spawn',
    null,
    'stop',
    'check',
  ]);
});

test('only a stopped server may start', () => {
  expect(() => checkMayStart('stopped', 'it')).not.toThrow();
  expect(() => checkMayStart('ready', 'it')).toThrow('it is already running');
  expect(() => checkMayStart('starting', 'it')).toThrow('it is pending spawn');
  expect(() => checkMayStart('stopping', 'it')).toThrow('it is pending stop');
  expect(() => checkMayStart('checking', 'it')).toThrow('it is pending check');
});
