/** Part of the stand-ins for Trivy and Copa: for tests and the demo, never shipped. */

interface ApkVersion {
  readonly numbers: readonly string[];
  readonly letter: string;
  readonly suffixes: readonly (readonly [rank: number, value: bigint])[];
  readonly revision: bigint;
}

/** Suffixes below 0 sort before a release, those from 1 after it. */
const SUFFIX_RANKS: ReadonlyMap<string, number> = new Map([
  ['alpha', -4],
  ['beta', -3],
  ['pre', -2],
  ['rc', -1],
  ['cvs', 1],
  ['svn', 2],
  ['git', 3],
  ['hg', 4],
  ['p', 5],
]);

const VERSION =
  /^([0-9]+(?:\.[0-9]+)*)([a-z]?)((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)[0-9]*)*)(?:-r([0-9]+))?$/;

/**
 * Compares two Alpine package versions: below 0, 0 or above 0. Throws on an invalid version.
 * Rules: apk-tools, src/version.c.
 */
export function compareApkVersions(left: string, right: string): number {
  const a = parse(left);
  const b = parse(right);
  return (
    compareNumbers(a.numbers, b.numbers) ||
    compareText(a.letter, b.letter) ||
    compareSuffixes(a.suffixes, b.suffixes) ||
    compareBig(a.revision, b.revision)
  );
}

function parse(text: string): ApkVersion {
  const match = VERSION.exec(text);
  if (match === null) {
    throw new Error(`not an Alpine package version: ${JSON.stringify(text)}`);
  }
  const [, numbers = '', letter = '', suffixes = '', revision = '0'] = match;
  return {
    numbers: numbers.split('.'),
    letter,
    suffixes: suffixes
      .split('_')
      .slice(1)
      .map((suffix) => {
        const [, name = '', value = ''] = /^([a-z]+)([0-9]*)$/.exec(suffix) ?? [];
        return [SUFFIX_RANKS.get(name) ?? 0, BigInt(value || '0')];
      }),
    revision: BigInt(revision),
  };
}

/** After the first number, one with a leading zero is a decimal fraction: 1.05 is below 1.1. */
function compareNumbers(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
    const [x, y] = [a[i] ?? '', b[i] ?? ''];
    const fraction = i > 0 && (x.startsWith('0') || y.startsWith('0'));
    const order = fraction ? compareText(x, y) : compareBig(BigInt(x), BigInt(y));
    if (order !== 0) {
      return order;
    }
  }
  return Math.sign(a.length - b.length);
}

function compareSuffixes(a: ApkVersion['suffixes'], b: ApkVersion['suffixes']): number {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const [rankA, valueA] = a[i] ?? [0, 0n];
    const [rankB, valueB] = b[i] ?? [0, 0n];
    const order = Math.sign(rankA - rankB) || compareBig(valueA, valueB);
    if (order !== 0) {
      return order;
    }
  }
  return 0;
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function compareBig(a: bigint, b: bigint): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
