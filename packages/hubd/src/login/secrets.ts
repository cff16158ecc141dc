/** Secrets that logins need; '' and none for what is not used. They never are in tshub.toml, which everybody may read. */
export interface LoginSecrets {
  /** 32 bytes each; the first encrypts, all decrypt. */
  readonly authStateKeys: readonly Buffer[];
  readonly oidcClientSecret: string;
  readonly sharedPassword: string;
  /** What administrators need instead. */
  readonly sharedAdminPassword: string;
}

export const noSecrets: LoginSecrets = {
  authStateKeys: [],
  oidcClientSecret: '',
  sharedPassword: '',
  sharedAdminPassword: '',
};
