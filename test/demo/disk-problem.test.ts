import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { diskProblem } from './disk-problem.ts';

function systemError(code: string, path: string): Error {
  return Object.assign(new Error(code), { code, path });
}

it('says which folder is missing and what to do', () => {
  const error = systemError('ENOENT', join(tmpdir(), 'patchwright-demo-XXXXXX'));

  expect(diskProblem(error)).toBe(
    `No temporary files can be written to ${tmpdir()} (ENOENT).\n` +
      'The folder does not exist. Create it, or set TMPDIR to another folder.',
  );
});

it('explains a full disk for any path', () => {
  expect(diskProblem(systemError('ENOSPC', '/elsewhere/file'))).toContain('The disk is full.');
});

it('leaves other errors alone', () => {
  expect(diskProblem(systemError('ENOENT', '/elsewhere/file'))).toBeUndefined();
  expect(diskProblem(new Error('code'))).toBeUndefined();
  expect(diskProblem('text')).toBeUndefined();
});
