/** Matches a token of the registry or the signature of a SAS, if it is not masked. */
const SECRET = /eyJ[\w-]{8,}|(?<![a-z])sig(?:=|%3d)[\w%+/]/i;

export function holdsSecret(text: string): boolean {
  return SECRET.test(text);
}
