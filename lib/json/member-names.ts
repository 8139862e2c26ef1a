/**
 * Programs in Go read a member whatever the case of its name, and keep parts of a member that is given
 * twice. JSON.parse does neither, so such a document means something else to Trivy and Copa.
 */

/** Returns a name that differs from one of these only by its case, as Go compares them. */
export function inOtherCase(value: unknown, names: readonly string[]): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const folded = new Set(names.map(fold));
  return Object.keys(value).find((key) => !names.includes(key) && folded.has(fold(key)));
}

/** Unicode has two further forms of k and s, which Go folds too. */
function fold(name: string): string {
  return name.toUpperCase().toLowerCase();
}

const COLON = 0x3a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** True if an object in this JSON text has two members of one name: `value` is the parsed text. */
export function repeatsMembers(bytes: Uint8Array, value: unknown): boolean {
  return colonsIn(bytes) !== membersIn(value);
}

/** In valid JSON, each member has one colon outside of strings. */
function colonsIn(bytes: Uint8Array): number {
  let colons = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inString && byte === BACKSLASH) at += 1;
    else if (byte === QUOTE) inString = !inString;
    else if (!inString && byte === COLON) colons += 1;
  }
  return colons;
}

function membersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value).reduce((sum, one) => sum + membersIn(one), 0);
  return inner + (Array.isArray(value) ? 0 : Object.keys(value).length);
}
