/** The error words of OAuth 2 (RFC 6749, 4.1.2.1 and 5.2) that this provider uses. */
export type OAuthErrorWord =
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_request'
  | 'invalid_scope'
  | 'unsupported_grant_type'
  | 'unsupported_response_type';

/** An answer in OAuth's own form: to the client's redirect URI, or as the body of the token endpoint. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly word: OAuthErrorWord;
  readonly description: string | undefined;

  constructor(word: OAuthErrorWord, description?: string) {
    super(description ?? word);
    this.word = word;
    this.description = description;
  }
}
