/** Part of the stand-ins for Trivy and Copa: for tests and the demo, never shipped. */

interface DebianVersion {
  readonly epoch: number;
  readonly upstream: string;
  readonly revision: string;
}

/**
 * Compares two Debian package versions: below 0, 0 or above 0. Throws on an invalid version.
 * Rules: Debian policy manual, section 5.6.12.
 */
export function compareDebianVersions(left: string, right: string): number {
  const a = parse(left);
  const b = parse(right);
  return (
    Math.sign(a.epoch - b.epoch) ||
    compareParts(a.upstream, b.upstream) ||
    compareParts(a.revision, b.revision)
  );
}

/** The epoch with its colon, such as `1:`; empty if the version has none. */
export function epochPrefix(version: string): string {
  return /^[0-9]+:/.exec(version)?.[0] ?? '';
}

function parse(text: string): DebianVersion {
  const match = /^(?:([0-9]+):)?([A-Za-z0-9.+:~-]+)$/.exec(text);
  const rest = match?.[2];
  if (rest === undefined) {
    throw new Error(`not a Debian version: ${JSON.stringify(text)}`);
  }
  const dash = rest.lastIndexOf('-');
  return {
    epoch: Number(match?.[1] ?? 0),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  };
}

/** Compares alternating runs of non-digits and digits, from the left. */
function compareParts(left: string, right: string): number {
  let a = left;
  let b = right;
  while (a !== '' || b !== '') {
    const words = [takeWhile(a, /^[^0-9]*/), takeWhile(b, /^[^0-9]*/)] as const;
    const byWord = compareWords(words[0], words[1]);
    if (byWord !== 0) {
      return byWord;
    }
    a = a.slice(words[0].length);
    b = b.slice(words[1].length);
    const numbers = [takeWhile(a, /^[0-9]*/), takeWhile(b, /^[0-9]*/)] as const;
    const [first, second] = [BigInt(numbers[0] || '0'), BigInt(numbers[1] || '0')];
    if (first !== second) {
      return first < second ? -1 : 1;
    }
    a = a.slice(numbers[0].length);
    b = b.slice(numbers[1].length);
  }
  return 0;
}

/** `~` sorts before the end, the end before letters, letters before all else. */
function compareWords(left: string, right: string): number {
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = rank(left[i]) - rank(right[i]);
    if (difference !== 0) {
      return Math.sign(difference);
    }
  }
  return 0;
}

function rank(character: string | undefined): number {
  if (character === undefined) {
    return 0;
  }
  if (character === '~') {
    return -1;
  }
  const code = character.charCodeAt(0);
  return /[A-Za-z]/.test(character) ? code : code + 256;
}

function takeWhile(text: string, pattern: RegExp): string {
  return pattern.exec(text)?.[0] ?? '';
}
