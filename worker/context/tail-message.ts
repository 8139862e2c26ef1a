import { shorten } from '../../lib/text/shorten.ts';

/** Words by which apt, apk, dnf, dpkg, Copa, Trivy and BuildKit name a cause. */
const CAUSE = /^E: |\b(?:error|fatal|failed|cannot|unable|refused|denied|not found|no space)\b/i;
const GAP = ' | ';
const CUT = '…';
/** Lines are dropped before the cause, and between it and the last lines. */
const ROOM_FOR_CUTS = 2 * (CUT.length + GAP.length);

/**
 * Joins the last lines into one line of at most `longest` UTF-16 units, for a result or a log. If they
 * are too long, it keeps the last line that names a cause and then as many of the last lines as fit.
 */
export function tailMessage(lines: readonly string[], count: number, longest: number): string {
  const tail = lines.slice(-count);
  const joined = tail.join(GAP);
  if (joined.length <= longest) return joined;
  if (tail.length === 1) return shorten(joined, longest);
  const kept = new Map<number, string>();
  let room = longest - ROOM_FOR_CUTS;
  for (const at of byImportance(tail)) {
    const line = tail[at] ?? '';
    if (kept.size > 0 && line.length > room) break;
    kept.set(at, shorten(line, room));
    room -= line.length + GAP.length;
  }
  const parts = tail.map((_, at) => kept.get(at) ?? CUT);
  return parts.filter((part, at) => part !== CUT || parts[at - 1] !== CUT).join(GAP);
}

/** The positions of the lines: the cause first, then from the last one backwards. */
function byImportance(lines: readonly string[]): readonly number[] {
  const cause = lines.findLastIndex((line) => CAUSE.test(line));
  const backwards = lines.map((_, at) => at).toReversed();
  return cause < 0 ? backwards : [cause, ...backwards.filter((at) => at !== cause)];
}
