import { paths } from './names.ts';
import { escapeUnitPart, unescapeUnitPart } from './server-unit.ts';
import { serviceName } from './service-url.ts';

export const serviceUnitPattern = 'tshub-service-*.service';

/** `tshub-service-grader.service`: what runs the command of a service. */
export function serviceUnit(name: string): string {
  return `tshub-service-${escapeUnitPart(name)}.service`;
}

/** The reverse of serviceUnit; null for a unit that is not ours. */
export function parseServiceUnit(unit: string): string | null {
  const part = /^tshub-service-([^-]+)\.service$/.exec(unit)?.[1];
  const name = part === undefined ? '' : unescapeUnitPart(part);
  return serviceName.test(name) && serviceUnit(name) === unit ? name : null;
}

/** Where root keeps the token of a service. */
export function serviceTokenFile(name: string): string {
  return `${paths.serviceTokens}/${name}`;
}
