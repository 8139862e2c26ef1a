/** A token as the registry makes them, and a SAS' signature: unless it was masked. */
const SECRET = /eyJ[\w-]{8,}|(?<![a-z])sig(?:=|%3d)[\w%+/]/i;

export function holdsSecret(text: string): boolean {
  return SECRET.test(text);
}
