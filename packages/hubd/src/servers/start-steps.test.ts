import { TshubError } from '@tshub/contract';
import { expect, test } from 'vitest';
import { halfWayDetail, startDetail, type StartStep, startSteps } from './start-steps.ts';

const unit = 'tshub-server-ada.service';
const invocation = 'ab12';
const error = new TshubError('spawn_failed', { problem: 'command not found: /opt/board' });
const steps = Object.keys(startSteps) as StartStep[];

test('the steps are told in the order in which they are taken', () => {
  const told = steps.map((step) => startSteps[step].progress);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
});

test.each(steps)(
  'a start that fails at the step "%s" is told with it, with the reason, and with where to look',
  (step) => {
    const detail = startDetail({ unit, step, error, status: undefined });
    expect(detail).toContain(`${unit}: its start failed when ${startSteps[step].doing}: ${error.message}`);
    expect(detail).toContain('error spawn_failed');
    expect(detail).toContain(`look at: ${startSteps[step].look}`);
    expect(detail.length).toBeGreaterThan(error.message.length);
  },
);

test('numbers of a unit that ended are told once, with the way to its journal', () => {
  const ended = `${unit}: result exit-code; its program ended with status 203/EXEC; see: journalctl INVOCATION_ID=ab12`;
  const status = { active: 'failed', detail: ended, invocation };
  const detail = startDetail({ unit, step: 'unit', error, status });
  expect(detail).toContain('; result exit-code; its program ended with status 203/EXEC; see: journalctl');
  expect(detail.split(unit)).toHaveLength(2);
  expect(detail.split('INVOCATION_ID')).toHaveLength(2);
});

test('of a unit that runs on its state is told, and its journal', () => {
  const detail = startDetail({ unit, step: 'answer', error, status: { active: 'active', detail: '', invocation } });
  expect(detail).toContain('its unit was active');
  expect(detail).toContain('see: journalctl INVOCATION_ID=ab12 + _SYSTEMD_INVOCATION_ID=ab12');
});

test('a start in the middle of which the hub was killed says so', () => {
  expect(halfWayDetail(unit)).toMatch(/^tshub-server-ada\.service: the hub ended between two steps/);
});
