import { expect, test } from 'vitest';
import { routeChanges } from './route-changes.ts';

const route = (prefix: string, target = 'unix:/a', uid = 1000) => ({ prefix, target, uid, data: {} });
const nobody = (): boolean => false;

test('what is missing is added, what is too much below /user/ and /services/ is dropped, what fits is left alone', () => {
  const changes = routeChanges(
    [route('/user/ada/'), route('/user/bob/')],
    [route('/user/bob/'), route('/user/eve/'), route('/services/x/'), route('/else/')],
    nobody,
  );
  expect(changes).toEqual({ add: [route('/user/ada/')], drop: ['/user/eve/', '/services/x/'] });
});

test.each([route('/user/ada/', 'unix:/b'), route('/user/ada/', 'unix:/a', 1001)])(
  'a route with another target or uid is added again',
  (present) => {
    expect(routeChanges([route('/user/ada/')], [present], nobody)).toEqual({ add: [route('/user/ada/')], drop: [] });
  },
);

test('busy prefixes are left alone in both directions', () => {
  const changes = routeChanges([route('/user/ada/')], [route('/user/eve/')], () => true);
  expect(changes).toEqual({ add: [], drop: [] });
});
