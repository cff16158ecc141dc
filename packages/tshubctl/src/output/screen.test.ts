import { expect, test } from 'vitest';
import { screenOf } from './screen.ts';

const terminal = { isTTY: true, columns: 100 };

test.each([
  ['a terminal has its width and colours', terminal, { TERM: 'xterm' }, { columns: 100, isColoured: true }],
  ['a pipe or a file has neither', { columns: 100 }, { TERM: 'xterm' }, { columns: undefined, isColoured: false }],
  ['NO_COLOR is obeyed, whatever it says', terminal, { NO_COLOR: '' }, { columns: 100, isColoured: false }],
  ['a dumb terminal has no colours', terminal, { TERM: 'dumb' }, { columns: 100, isColoured: false }],
  ['a terminal may not know its size', { isTTY: true, columns: 0 }, {}, { columns: undefined, isColoured: true }],
])('%s', (_, output, env, screen) => {
  expect(screenOf(output, env, 7)).toEqual({ ...screen, now: 7 });
});
