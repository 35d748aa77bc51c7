/** What keeps a command from going on: its message tells whoever runs it what is wrong, where, and how to fix it. */
export class Problem extends Error {
  override name = 'Problem';
  /** What `--json` prints beside the message. */
  details?: object;
}
