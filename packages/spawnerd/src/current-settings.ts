import type { Settings } from '@tshub/config';
import { TshubError } from '@tshub/contract';
import type { Log } from '@tshub/daemon';

/**
 * The settings as they are on disk at each start, so that root's word counts from then on, without a reload.
 * A broken file is said once in the journal, and what was good before goes on; when nothing was good yet, starts fail with
 * spawn_failed, while servers can still be seen and stopped.
 */
export function currentSettings(load: () => Settings, log: Log): () => Settings {
  let good: Settings | undefined;
  let said = '';
  return () => {
    try {
      good = load();
      said = '';
      return good;
    } catch (error) {
      if (!(error instanceof TshubError)) throw error;
      if (said !== error.message) {
        const next = good ? 'going on with the old settings' : 'no server can be started';
        log.warn({ event: 'config-kept' }, `${next}: ${error.message}`);
      }
      said = error.message;
      if (good) return good;
      // The details name files and values of root's; whoever wants to start a server need not see them.
      const problem =
        'the settings of tshub on this host have an error; its administrator finds it with: tshubctl config check';
      throw new TshubError('spawn_failed', { problem }, { cause: error });
    }
  };
}
