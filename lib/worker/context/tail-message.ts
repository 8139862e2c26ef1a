/** Joins the last lines into one line of at most `longest` UTF-16 units, for a result or a log. */
export function tailMessage(lines: readonly string[], count: number, longest: number): string {
  const joined = lines.slice(-count).join(' | ');
  const tail = joined.length > longest ? `…${joined.slice(1 - longest)}` : joined;
  // The cut may split a surrogate pair. Encoding to UTF-8 replaces the rest of it.
  return Buffer.from(tail).toString();
}
