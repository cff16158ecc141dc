import { expect, test } from 'vitest';
import { secretOfCookie, secretsIn } from '../system/support/find-secrets.ts';

test.each([
  ['/oauth_callback?code=a1b2c3d4e5f6g7&state=eyJ1dWlkIjogIjEifQ%3D%3D', ['a1b2c3d4e5f6g7', 'eyJ1dWlkIjogIjEifQ==']],
  ['{"token": "0123456789abcdef0123456789abcdef", "id": "a12"}', ['0123456789abcdef0123456789abcdef']],
  ['<input type="hidden" name="_xsrf" value="2|a1b2c3d4|e5f6" />', ['2|a1b2c3d4|e5f6']],
  ['<code id="token-result" class="secret" tabindex="0">0a1b2c3d4e5f6a7b</code>', ['0a1b2c3d4e5f6a7b']],
  ['https://hub/hub/accept-share?code=abc123def456ghi', ['abc123def456ghi']],
])('secrets of "%s" are known', (text, secrets) => {
  expect(secretsIn(text)).toEqual(expect.arrayContaining(secrets));
});

test.each([
  '{"error": {"code": "daemon_away"}}',
  '/hub/home?page=123456789012',
  '{"token": "short"}',
  `<input name="password" value="12 <b>x</b> words">`,
])('"%s" has none', (text) => {
  expect(secretsIn(text)).toEqual([]);
});

test('a cookie is known by what is sent of it', () => {
  expect(secretOfCookie('_xsrf="2|abc|def"; Path=/hub/; HttpOnly')).toBe('2|abc|def');
});
