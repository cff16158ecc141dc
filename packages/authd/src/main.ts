// One login on the socket that is our standard input, then the end. systemd starts a process for every connection.
import { once } from 'node:events';
import { Socket } from 'node:net';
import { accounts, type AuthLogin, type AuthResult, pamServices, TshubError } from '@tshub/contract';
import { pamLogin, peerCredentials, setDumpable, userByName, userByUid } from '@tshub/native';
import { type Ask, converse, send } from './conversation.ts';
import { say } from './journal.ts';
import { judge, refuse } from './verdict.ts';

const connection = 0;
// How long the hub may take to read the result and hang up; journald finds out who wrote an entry while we still live.
const farewellMs = 1000;

// Before anything secret is read: no core dump, no tracer.
setDumpable(false);
process.exit(await main());

async function main(): Promise<number> {
  try {
    await requireHub();
  } catch (error) {
    say('error', `cannot serve this connection: ${messageOf(error)}`);
    return 1;
  }
  const stream = new Socket({ fd: connection, allowHalfOpen: true });
  try {
    const result = await converse({ stream, decide });
    send(stream, result);
    stream.end();
    await Promise.race([once(stream, 'close'), new Promise((resolve) => setTimeout(resolve, farewellMs))]);
    return 0;
  } catch (error) {
    if (error instanceof TshubError && error.code === 'daemon_away') {
      say('info', 'a login was not finished: the connection was closed');
      return 0;
    }
    say('warning', `a login was cut off: ${messageOf(error)}`);
    return 1;
  }
}

// The socket's mode says the same; this holds even when somebody loosens that.
async function requireHub(): Promise<void> {
  const { uid } = peerCredentials(connection);
  if (uid === 0) return;
  const hub = await userByName(accounts.hub);
  if (uid !== hub?.uid) throw new Error(`expected a connection of the user ${accounts.hub}, found uid ${uid}`);
}

async function decide({ user, rhost }: AuthLogin, ask: Ask): Promise<AuthResult> {
  const from = rhost === undefined ? '' : ` from ${rhost}`;
  const fields = { TSHUB_USER: user, ...(rhost === undefined ? {} : { TSHUB_FROM: rhost }) };
  const options = { service: pamServices.login, user, tty: 'tshub', ...(rhost === undefined ? {} : { rhost }) };
  const complaints: string[] = [];
  const listen: Ask = (messages) => {
    complaints.push(...messages.filter(({ style }) => style === 'error').map(({ text }) => text.trim()));
    return ask(messages);
  };
  try {
    const { result, why } = await judge(await pamLogin(options, listen), { userByName, userByUid }, complaints);
    if (result.ok) say('info', `${result.user} may log in${from}: ${why}`, { ...fields, TSHUB_USER: result.user });
    else say('notice', `${user} may not log in${from}: ${why}`, { ...fields, TSHUB_REASON: result.reason });
    return result;
  } catch (error) {
    // The conversation's own errors; what is left is the name service failing, and the hub should hear of that.
    if (error instanceof TshubError) throw error;
    say('error', `${user} may not log in${from}: ${messageOf(error)}`, { ...fields, TSHUB_REASON: 'system-error' });
    return refuse('system-error', messageOf(error)).result;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
