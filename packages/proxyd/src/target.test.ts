import { describe, expect, test } from 'vitest';
import { parseTarget, printTarget } from './target.ts';

const roots = ['/run/tshub-servers'];

describe('targets', () => {
  test.each(['unix:/run/tshub-servers/0123/sock', 'tcp:127.0.0.1:8888', 'tcp:[::1]:8888'])(
    '%s is read and printed back',
    (text) => {
      expect(printTarget(parseTarget(text, roots))).toBe(text);
    },
  );

  test.each([
    'unix:/run/dbus/system_bus_socket',
    'unix:/run/tshub-servers/../dbus/system_bus_socket',
    'unix:/run/tshub-servers',
    'unix:/run/tshub-servers/',
    'unix:/run/tshub-servers//x',
    'unix:run/tshub-servers/x',
    `unix:/run/tshub-servers/${'x'.repeat(100)}`,
    'unix:/run/tshub-servers/a\0b',
    'tcp:10.0.0.1:80',
    'tcp:localhost:80',
    'tcp:127.0.0.1:0',
    'tcp:127.0.0.1:65536',
    'tcp:127.0.0.1',
    'http://127.0.0.1:80',
    '',
  ])('%j is refused', (text) => {
    expect(() => parseTarget(text, roots)).toThrow(expect.objectContaining({ code: 'bad_request' }));
  });
});
