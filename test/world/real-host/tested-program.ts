/** How `npm run test:host` says what it tests. No names of the app's settings: it never sees them. */
export const TESTED_PROGRAM = 'TESTED_FUNCTIONS_HOST';
export const TESTED_APP = 'TESTED_APP_FOLDER';
export const TESTED_SUITES = 'TESTED_SUITES';

/** The Functions host that this run of the tests is about; undefined: the stand-in. */
export function testedProgram(): string | undefined {
  return process.env[TESTED_PROGRAM] || undefined;
}

/** The published package, unpacked; undefined: the checkout. */
export function testedAppFolder(): string | undefined {
  return process.env[TESTED_APP] || undefined;
}
