import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import type { CopaOutcome } from '../../../../worker/patch/copa-outcome.ts';
import { roundEnd } from '../../../../worker/patch/round-end.ts';

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

/** Copa's output for a failed step: BuildKit's progress, the log of the step again, Copa's error. */
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
  it('is patched with the staged digest', () => {
    expect(roundEnd(PATCHED, '#9 0.1 Setting up openssl', WANTED)).toEqual({
      how: 'patched',
      staged: STAGED,
    });
  });

  it('continues the search if the scripts of a package need /proc', () => {
    const failed: CopaOutcome = { ...FAILED, failure: 'needs-proc' };
    const text = output(INSTALL, [
      'dpkg: error processing package libssl3 (--configure):',
      ' installed libssl3 package post-installation script subprocess returned error exit status 1',
      'E: Sub-process /usr/bin/dpkg returned an error code (1)',
    ]);

    expect(roundEnd(failed, text, WANTED).how).toMatch(/^(?:failed-on|divisible)$/);
  });

  it('refuses a patch that removes other packages', () => {
    const text = '#9 0.1 The following packages will be REMOVED:\n#9 0.1   company-agent';

    expect(roundEnd(PATCHED, text, WANTED)).toEqual({
      how: 'removes',
      packages: ['company-agent'],
    });
  });

  it('returns the packages that the update step names', () => {
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

  it('returns the package that dpkg names in an update from outside the image', () => {
    const text = output('/bin/sh -c ./download.sh', [
      'Setting up libssl3:amd64 (3) ...',
      'dpkg: error processing package libssl3:amd64 (--install):',
      ' installed libssl3:amd64 package post-installation script subprocess returned error exit status 1',
      'Errors were encountered while processing:',
      ' libssl3:amd64',
    ]);

    expect(roundEnd(FAILED, text, WANTED)).toMatchObject({
      how: 'failed-on',
      blockers: [{ package: 'libssl3', reason: 'update-failed' }],
    });
  });

  it('returns the packages that Copa finds too old, although no step failed', () => {
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

  it('ignores package names that a program of the image forges in Copa’s format', () => {
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
  ])('ends as %s, with the URL %s, if the index can’t be read', (failure, url, line) => {
    const ended = roundEnd(FAILED, output(UPDATE, [line]), WANTED);

    expect(ended).toMatchObject({
      how: 'final',
      outcome: { outcome: 'failed', failure, message: expect.stringContaining(`${url}: `) },
    });
  });

  it('is divisible if the updates fail without naming a package', () => {
    const text = output(INSTALL, ['E: Sub-process /usr/bin/dpkg returned an error code (1)']);

    expect(roundEnd(FAILED, text, WANTED)).toEqual({
      how: 'divisible',
      message: 'copa exit 1: …',
    });
  });

  it.each([
    [
      'the packages of the image are already broken',
      INSTALL,
      "E: Unmet dependencies. Try 'apt --fix-broken install'",
    ],
    [
      'the disk is full',
      INSTALL,
      "E: You don't have enough free space in /var/cache/apt/archives/.",
    ],
    ['an earlier step fails', UPDATE, 'E: Could not open lock file'],
  ])('ends the search if %s', (_when, step, line) => {
    expect(roundEnd(FAILED, output(step, [line]), WANTED)).toEqual({
      how: 'final',
      outcome: FAILED,
    });
  });

  it.each<CopaOutcome>([
    { outcome: 'stopped' },
    { outcome: 'nothing-to-do' },
    { outcome: 'failed', failure: 'timeout', message: 'x' },
  ])('ends the search with the outcome $outcome', (outcome) => {
    if (outcome.outcome === 'patched') throw new Error('no such case');
    expect(roundEnd(outcome, '', WANTED)).toEqual({ how: 'final', outcome });
  });
});
