import { serverUnit, type UnitStatus } from '@tshub/contract';
import { expect, test } from 'vitest';
import { adoptPlan } from './adopt-plan.ts';

function unit(user: string, invocation: string, active = 'active'): UnitStatus {
  return {
    user,
    server: '',
    unit: serverUnit(user, ''),
    active,
    sub: '',
    result: 'success',
    exitCode: 0,
    exitStatus: 0,
    invocation,
    uid: 1000,
    target: 'unix:/run/x',
    reason: '',
    detail: '',
    dynamic: false,
  };
}
const ada = { user: 'ada', name: '', invocation: 'i1' };

function kinds(believed: (typeof ada)[], present: UnitStatus[]): unknown {
  const { verdicts, strangers } = adoptPlan(believed, present);
  return {
    verdicts: verdicts.map(({ server, verdict }) => `${server.user} ${verdict.kind}`),
    strangers: strangers.map(({ status, todo }) => `${status.user} ${todo}`),
  };
}

test.each(['active', 'activating', 'deactivating', 'reloading'])('the same invocation that is %s is kept', (active) => {
  expect(kinds([ada], [unit('ada', 'i1', active)])).toEqual({ verdicts: ['ada keep'], strangers: [] });
});

test.each(['failed', 'inactive'])(
  'the same invocation that is %s has died, and its unit is its own matter',
  (active) => {
    expect(kinds([ada], [unit('ada', 'i1', active)])).toEqual({ verdicts: ['ada died'], strangers: [] });
  },
);

test('a server without a unit has died', () => {
  expect(kinds([ada], [])).toEqual({ verdicts: ['ada died'], strangers: [] });
});

test('another invocation under the same name is a stranger, and the server has died', () => {
  expect(kinds([ada], [unit('ada', 'i2')])).toEqual({ verdicts: ['ada died'], strangers: ['ada stop'] });
});

test('a start that was cut short is half way, whatever its unit does', () => {
  const halfWay = { ...ada, invocation: '' };
  expect(kinds([halfWay], [unit('ada', 'i1')])).toEqual({ verdicts: ['ada half-way'], strangers: [] });
  expect(kinds([halfWay], [])).toEqual({ verdicts: ['ada half-way'], strangers: [] });
});

test('units that nobody stands for are stopped if they run and forgotten if not', () => {
  expect(kinds([], [unit('eve', 'i3'), unit('mal', 'i4', 'failed')])).toEqual({
    verdicts: [],
    strangers: ['eve stop', 'mal forget'],
  });
});
