import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from '@tshub/config';
import { acmeFiles, TshubError } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import acme from 'acme-client';

export interface RenewParts {
  readonly settings: Settings['proxy_tls'];
  /** Where proxyd looks for the certificate and for answers to challenges. */
  readonly folder: string;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const renewBeforeMs = 30 * 86_400_000;
/** What the authority chose for the path of a challenge; it becomes the name of a file. */
const token = /^[A-Za-z0-9_-]{1,256}$/;

/** Gets a certificate for the domains of the settings unless there is one that is good for a month. Says whether there is a new one. */
export async function renew(parts: RenewParts): Promise<boolean> {
  const { settings, log, now } = parts;
  const { acme_domains: domains } = settings;
  if (settings.mode !== 'acme') return false;
  const [commonName] = domains;
  if (commonName === undefined)
    throw invalid('proxy_tls.acme_domains: mode "acme" needs one, such as ["hub.example.org"]');
  if (!settings.acme_agree) {
    throw invalid('proxy_tls.acme_agree: read the terms of the authority, and set it to true if you agree to them');
  }
  const files = acmeFiles(parts.folder);
  if (isGood(await readFile(files.certificate, 'utf8').catch(() => ''), domains, now)) return false;
  log.info(`asking ${new URL(settings.acme_directory).host} for a certificate for ${domains.join(', ')}`);
  await mkdir(files.challenges, { recursive: true, mode: 0o700 });
  const client = new acme.Client({
    directoryUrl: settings.acme_directory,
    accountKey: await accountKey(files.account),
  });
  const [key, csr] = await acme.crypto.createCsr({ commonName, altNames: [...domains] });
  const chain = await client.auto({
    csr,
    termsOfServiceAgreed: true,
    ...(settings.acme_email === '' ? {} : { email: settings.acme_email }),
    challengePriority: ['http-01'],
    // The authority looks from outside; from in here the name may lead elsewhere.
    skipChallengeVerification: true,
    async challengeCreateFn(_authorization, challenge, keyAuthorization) {
      await writeFile(challengeFile(files.challenges, challenge.token), keyAuthorization, { mode: 0o600 });
    },
    async challengeRemoveFn(_authorization, challenge) {
      await rm(challengeFile(files.challenges, challenge.token), { force: true });
    },
  });
  if (!isGood(chain, domains, now)) throw invalid('the authority gave a certificate that is not for these domains');
  await replace(files.certificate, chain.trimEnd() + '\n' + key.toString());
  log.info(`there is a new certificate for ${domains.join(', ')}`);
  return true;
}

/** Who asks; the same for every certificate, so that the authority knows us again. */
async function accountKey(file: string): Promise<string> {
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept !== '') return kept;
  const made = (await acme.crypto.createPrivateEcdsaKey()).toString();
  await replace(file, made);
  return made;
}

/** As a whole, so that nobody ever reads half of it. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

function challengeFile(folder: string, name: string): string {
  if (!token.test(name))
    throw invalid(`the authority chose a token that is none: ${JSON.stringify(name.slice(0, 100))}`);
  return join(folder, name);
}

function isGood(pem: string, domains: readonly string[], now: number): boolean {
  try {
    const leaf = new X509Certificate(pem);
    const isLasting = Date.parse(leaf.validTo) - now > renewBeforeMs;
    return isLasting && domains.every((name) => leaf.checkHost(name) !== undefined);
  } catch {
    return false;
  }
}

function invalid(problem: string): TshubError {
  return new TshubError('config_invalid', { problem });
}
