import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { makePem, serialNumber } from './forge-certificate.ts';

test.each([0x00, 0x01, 0x7f, 0x80, 0xff])(
  'a number that chance begins with %i is positive and has no byte too many',
  (first) => {
    const made = Buffer.from(serialNumber(Buffer.alloc(16, first)), 'hex');
    expect(made).toHaveLength(16);
    expect(made[0]).toBeGreaterThanOrEqual(0x40);
    expect(made[0]).toBeLessThan(0x80);
    expect(made.subarray(1)).toEqual(Buffer.alloc(15, first));
  },
);

test('OpenSSL reads the number of a certificate as it was made', async () => {
  const { cert } = await makePem({ commonName: 'a', names: ['a.test'], days: 1, now: Date.now() });
  expect(new X509Certificate(cert).serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
});
