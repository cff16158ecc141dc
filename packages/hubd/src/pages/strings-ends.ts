/** What the home page says of the end of a server. */
export const endsStrings = {
  idle: 'unless used',
  will: 'Ends',
  warning: 'will be stopped',
  your: 'Your server',
  named: (name: string) => `The server ${name}`,
  when: 'when it has been',
  kept: 'You have put that off.',
  keep: 'Keep it',
  keepUntil: 'You may put that off until',
} as const;
