import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answerTo } from './redirect.ts';

test('whatever is asked, the answer is one message, and leads to the host that was asked', () => {
  const part = fc.string({ unit: fc.constantFrom(...Array.from('ab.:/\\@?#%2e\r\n\t []\u00ff')) });
  fc.assert(
    fc.property(part, part, part, (target, host, more) => {
      const said = answerTo(`GET /${target} HTTP/1.1\r\nHost: ${host}\r\n${more}`, 0);
      const [head = '', ...rest] = said.split('\r\n\r\n');
      expect(rest).toHaveLength(1);
      expect(head.split('\r\n').filter((line) => /^location:/i.test(line)).length).toBeLessThanOrEqual(1);
      const location = /^Location: (.*)$/m.exec(head)?.[1];
      if (location === undefined) return;
      // A line end in it is the end of the header.
      const [asked = ''] = host.split('\r\n');
      expect(location.startsWith(`https://${asked.trim().replace(/:\d*$/, '')}`)).toBe(true);
      expect(location).toMatch(/^https:\/\/[ab.2e[\]:]+\//);
    }),
  );
});
