/** A time as it can be shown: local, to the minute, such as "25 Nov, 22:43". @param at ISO 8601 */
export function shownTime(at: string): string {
  const options = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const;
  return new Date(at).toLocaleString('en-GB', options);
}
