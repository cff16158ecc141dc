import { randomBytes } from 'node:crypto';
import { callsOf } from './call.ts';
import { polkitAuthority } from './external.ts';
import type { Link } from './link.ts';
import { variant } from './values.ts';

/** Long enough to find and type a password. */
const interactiveTimeoutMs = 120_000;
const silentTimeoutMs = 10_000;
const allowUserInteraction = 1;

interface Subject {
  readonly sender: string;
  readonly uid: number;
  readonly interactive: boolean;
}

/** Whether polkit lets a connection do something. Root always may; without polkit nobody else does. */
export async function isAuthorized(
  link: Link,
  subject: Subject,
  action: string,
  details: Readonly<Record<string, string>>,
  onProblem: (sentence: string, error: unknown) => void,
): Promise<boolean> {
  const { sender, uid, interactive } = subject;
  if (uid === 0) return true;
  const authority = callsOf(link, polkitAuthority, {
    timeoutMs: interactive ? interactiveTimeoutMs : silentTimeoutMs,
  });
  const cancellation = interactive ? `tshub-${randomBytes(8).toString('hex')}` : '';
  const flags = interactive ? allowUserInteraction : 0;
  try {
    const connection = ['system-bus-name', { name: variant('s', sender) }] as const;
    const [authorized] = await authority.CheckAuthorization(connection, action, details, flags, cancellation);
    return authorized;
  } catch (error) {
    onProblem(`polkit could not be asked about ${action}; refusing`, error);
    // Takes the question back, so that no password dialog stays open; fails if polkit itself was the trouble.
    if (interactive) authority.CancelCheckAuthorization(cancellation).catch(() => undefined);
    return false;
  }
}
