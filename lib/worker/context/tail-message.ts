/** The last lines as one line of at most `longest` UTF-16 units, for a result or a log. */
export function tailMessage(lines: readonly string[], count: number, longest: number): string {
  const joined = lines.slice(-count).join(' | ');
  const tail = joined.length > longest ? `…${joined.slice(1 - longest)}` : joined;
  // The cut may have halved a character: through UTF-8 the half becomes a replacement character.
  return Buffer.from(tail).toString();
}
