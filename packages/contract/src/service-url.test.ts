import { expect, test } from 'vitest';
import { serviceName, serviceTarget } from './service-url.ts';

test.each([
  ['http://127.0.0.1:9999', 'tcp:127.0.0.1:9999'],
  ['http://127.0.0.1:9999/', 'tcp:127.0.0.1:9999'],
  ['http://localhost:80', 'tcp:127.0.0.1:80'],
  ['http://[::1]:80', 'tcp:[::1]:80'],
  ['http+unix://%2Frun%2Ftshub-services%2Fgrader%2Fsock', 'unix:/run/tshub-services/grader/sock'],
  ['unix://%2Frun%2Ftshub-services%2Fgrader%2Fsock/', 'unix:/run/tshub-services/grader/sock'],
])('%s is %s', (url, target) => {
  expect(serviceTarget(url)).toBe(target);
});

test.each([
  '',
  'https://127.0.0.1:9999',
  'http://10.0.0.1:80',
  'http://127.0.0.1',
  'http://127.0.0.1:0',
  'http://127.0.0.1:70000',
  'http://127.0.0.1:80/path',
  'http://127.0.0.1.example.org:80',
  'http+unix://run%2Fsock',
  'http+unix://%2Frun%2',
])('%j is nowhere', (url) => {
  expect(serviceTarget(url)).toBeNull();
});

test.each(['.', '..', '', 'a/b', 'a!b', '-x', 'é', 'x'.repeat(65)])('%j is no name of a service', (name) => {
  expect(serviceName.test(name)).toBe(false);
});
