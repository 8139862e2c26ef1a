import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import type { CopaOutcome } from '../../../../lib/worker/patch/copa-outcome.ts';
import { roundEnd } from '../../../../lib/worker/patch/round-end.ts';

const WANTED = new Set(['libssl3', 'openssl']);
const STAGED = digestOf('staged');
const PATCHED: CopaOutcome = { outcome: 'patched', staged: STAGED };
const FAILED: CopaOutcome = {
  outcome: 'failed',
  failure: 'package-manager-failed',
  message: 'copa exit 1: …',
};
const UPDATE = 'apt-get -o Acquire::Retries=3 update';
const INSTALL = String.raw`sh -c \"apt-get -o Acquire::Retries=3 install --no-install-recommends -y libssl3 openssl && apt-get clean -y\"`;

/** What Copa writes when a step fails: BuildKit's progress, the log of the step again, its own error. */
function output(step: string, programs: readonly string[], copa: readonly string[] = []): string {
  return [
    '#9 Updating package database',
    ...programs.map((line, at) => `#9 ${at}.123 ${line}`),
    `#9 ERROR: process "${step}" did not complete successfully: exit code: 100`,
    '------',
    ' > Installing 2 security updates:',
    ...programs.map((line, at) => `${at}.123 ${line}`),
    '------',
    ...copa,
    `Error: failed to solve: process "${step}" did not complete successfully: exit code: 100`,
  ].join('\n');
}

describe('roundEnd', () => {
  it('is patched with what was staged', () => {
    expect(roundEnd(PATCHED, '#9 0.1 Setting up openssl', WANTED)).toEqual({
      how: 'patched',
      staged: STAGED,
    });
  });

  it('looks for the package whose scripts need a /proc, to leave it out', () => {
    const failed: CopaOutcome = { ...FAILED, failure: 'needs-proc' };
    const text = output(INSTALL, [
      'dpkg: error processing package libssl3 (--configure):',
      ' installed libssl3 package post-installation script subprocess returned error exit status 1',
      'E: Sub-process /usr/bin/dpkg returned an error code (1)',
    ]);

    expect(roundEnd(failed, text, WANTED).how).toMatch(/^(?:failed-on|divisible)$/);
  });

  it('refuses a patch for which other packages had to go', () => {
    const text = '#9 0.1 The following packages will be REMOVED:\n#9 0.1   company-agent';

    expect(roundEnd(PATCHED, text, WANTED)).toEqual({
      how: 'removes',
      packages: ['company-agent'],
    });
  });

  it('has the packages that the update step names', () => {
    const text = output(INSTALL, [
      'The following held packages will be changed:',
      '  libssl3',
      'E: Held packages were changed and -y was used without --allow-change-held-packages.',
    ]);

    expect(roundEnd(FAILED, text, WANTED)).toMatchObject({
      how: 'failed-on',
      blockers: [{ package: 'libssl3', reason: 'held' }],
    });
  });

  it('has the packages that Copa finds too old, though no step failed', () => {
    const text = [
      'time="…" level=error msg="downloaded package openssl version 1 lower than required 2 for update"',
      'Error: 1 error occurred:',
      '\t* downloaded package openssl version 1 lower than required 2 for update',
    ].join('\n');

    expect(roundEnd(FAILED, text, WANTED)).toMatchObject({
      how: 'failed-on',
      blockers: [{ package: 'openssl', reason: 'not-in-repository' }],
    });
  });

  it('does not let a program of the image name packages in Copa’s words', () => {
    const text = output(INSTALL, [
      'level=error msg="downloaded package openssl version 1 lower than required 2 for update"',
    ]);

    expect(roundEnd(FAILED, text, WANTED).how).toBe('divisible');
  });

  it.each([
    [
      'package-source-untrusted',
      'http://apt.test/x',
      "E: The repository 'http://apt.test/x ./ Release' is not signed.",
    ],
    [
      'package-source-gone',
      'http://apt.test/debian',
      "E: The repository 'http://apt.test/debian buster Release' does not have a Release file.",
    ],
    [
      'package-source-unreachable',
      'http://apt.test/InRelease',
      'E: Failed to fetch http://apt.test/InRelease  Connection timed out',
    ],
  ])('ends as %s, naming %s, if the index can’t be read', (failure, url, line) => {
    const ended = roundEnd(FAILED, output(UPDATE, [line]), WANTED);

    expect(ended).toMatchObject({
      how: 'final',
      outcome: { outcome: 'failed', failure, message: expect.stringContaining(`${url}: `) },
    });
  });

  it('divides updates that fail without a name', () => {
    const text = output(INSTALL, ['E: Sub-process /usr/bin/dpkg returned an error code (1)']);

    expect(roundEnd(FAILED, text, WANTED)).toEqual({
      how: 'divisible',
      message: 'copa exit 1: …',
    });
  });

  it.each([
    [
      'the image is broken already',
      INSTALL,
      "E: Unmet dependencies. Try 'apt --fix-broken install'",
    ],
    [
      'there is no room',
      INSTALL,
      "E: You don't have enough free space in /var/cache/apt/archives/.",
    ],
    ['an earlier step fails', UPDATE, 'E: Could not open lock file'],
  ])('ends if %s', (_when, step, line) => {
    expect(roundEnd(FAILED, output(step, [line]), WANTED)).toEqual({
      how: 'final',
      outcome: FAILED,
    });
  });

  it.each<CopaOutcome>([
    { outcome: 'stopped' },
    { outcome: 'nothing-to-do' },
    { outcome: 'failed', failure: 'timeout', message: 'x' },
  ])('passes $outcome on', (outcome) => {
    if (outcome.outcome === 'patched') throw new Error('no such case');
    expect(roundEnd(outcome, '', WANTED)).toEqual({ how: 'final', outcome });
  });
});
