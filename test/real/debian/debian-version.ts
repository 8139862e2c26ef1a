/**
 * Negative, zero or positive as Debian version `a` comes before, equals or comes after `b`.
 * The order is the one of Debian policy 5.6.12: epoch, upstream version, revision.
 */
export function compareDebianVersions(a: string, b: string): number {
  const [left, right] = [split(a), split(b)];
  return (
    left.epoch - right.epoch ||
    compareParts(left.upstream, right.upstream) ||
    compareParts(left.revision, right.revision)
  );
}

interface VersionParts {
  readonly epoch: number;
  readonly upstream: string;
  readonly revision: string;
}

function split(version: string): VersionParts {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon < 0 ? 0 : Number.parseInt(version.slice(0, colon), 10),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  };
}

/** Compares runs of non-digits and of digits in turn, so that `a9` comes before `a10`. */
function compareParts(a: string, b: string): number {
  let [left, right] = [a, b];
  while (left !== '' || right !== '') {
    const [leftText, rightText] = [take(left, /^\D*/), take(right, /^\D*/)];
    const textOrder = compareText(leftText, rightText);
    if (textOrder !== 0) {
      return textOrder;
    }
    left = left.slice(leftText.length);
    right = right.slice(rightText.length);
    const [leftDigits, rightDigits] = [take(left, /^\d*/), take(right, /^\d*/)];
    const numberOrder = compareDigits(leftDigits, rightDigits);
    if (numberOrder !== 0) {
      return numberOrder;
    }
    left = left.slice(leftDigits.length);
    right = right.slice(rightDigits.length);
  }
  return 0;
}

/** Compares numbers as text, because a date with a build number exceeds the precision of a double. */
function compareDigits(a: string, b: string): number {
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return left.length - right.length || (left < right ? -1 : Number(left > right));
}

function compareText(a: string, b: string): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = rank(a[index]) - rank(b[index]);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}

/** A tilde comes before the end, the end before letters, and letters before everything else. */
function rank(character: string | undefined): number {
  if (character === '~') {
    return -1;
  }
  if (character === undefined) {
    return 0;
  }
  const code = character.charCodeAt(0);
  return /[A-Za-z]/.test(character) ? code : code + 256;
}

function take(text: string, pattern: RegExp): string {
  return pattern.exec(text)?.[0] ?? '';
}
