import { expect, it } from 'vitest';
import {
  copaFailureLines,
  copaOwnLines,
  programLines,
} from '../../../../worker/patch/copa-lines.ts';

const STDERR = `level=info msg="Patching"
#7 [2/3] RUN apt
#7 0.512 Error: a program says this
1.250 Error: repeated by BuildKit
------
Error: in the log of a failed step
------
Error: first
Usage: copa
Error: last
details`;

it('tells Copa’s own messages from BuildKit’s progress and logs', () => {
  expect(copaOwnLines(STDERR)).toEqual([
    'level=info msg="Patching"',
    'Error: first',
    'Usage: copa',
    'Error: last',
    'details',
  ]);
});

it('finds Copa’s last error and all after it', () => {
  expect(copaFailureLines(copaOwnLines(STDERR))).toEqual(['Error: last', 'details']);
  expect(copaFailureLines(['no error'])).toEqual(['no error']);
});

it('reads only what programs of the image print, each line shortened', () => {
  expect(programLines(STDERR)).toEqual(['Error: a program says this']);
  expect(programLines(`#1 0.1 ${'x'.repeat(2000)}`)[0]?.length).toBeLessThanOrEqual(1001);
});
