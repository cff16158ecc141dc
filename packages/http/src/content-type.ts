/** What we send as text is UTF-8, and says so; of types that nobody registered, nothing is known. */
export function contentType(type: string): string {
  return /^(text\/[^;]+|application\/json)$/.test(type) ? `${type}; charset=utf-8` : type;
}
