import { introspectionXml } from '@tshub/bus';
import { interfaces } from '@tshub/contract';
import type { Document } from './document.ts';

export function dbusXml(): Document[] {
  return interfaces.map((one) => ({ path: `docs/reference/dbus/${one.name}.xml`, text: introspectionXml([one]) }));
}
