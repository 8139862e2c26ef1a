import { describe, expect, it } from 'vitest';
import {
  BuilderReport,
  describeRefusals,
  lastingRefusals,
} from '../../../lib/job/builder-report.ts';
import { STANDARD_GROUP } from '../../stand-ins/builder/patchwright-builder.ts';

const refusal = (name: string, lasting: boolean, errno = lasting ? 'EPERM' : 'ENOSPC') => ({
  name,
  call: name.toLowerCase(),
  errno,
  lasting,
});

describe('a report of the builder’s probe', () => {
  it('is parsed in its documented form', () => {
    expect(BuilderReport.safeParse(STANDARD_GROUP).success).toBe(true);
  });

  it.each([
    ['an unmet need without its error', [{ name: 'chroot', ok: false, call: 'chroot' }]],
    ['an invalid name', [{ name: '<b>', ok: true }]],
    ['too many needs', Array.from({ length: 40 }, () => ({ name: 'x', ok: true }))],
  ])('is refused with %s', (_, needs) => {
    expect(BuilderReport.safeParse({ ...STANDARD_GROUP, needs }).success).toBe(false);
  });
});

describe('lastingRefusals', () => {
  it.each([
    ['a refused call', [refusal('chroot', true)], ['chroot']],
    ['a full disk', [refusal('hardLink', false)], []],
    [
      'a refused call beside a full disk',
      [refusal('chroot', true), refusal('x', false)],
      ['chroot'],
    ],
    [
      'both ways to device nodes refused',
      [refusal('mknod', true), refusal('linkedDeviceNodes', true)],
      ['mknod', 'linkedDeviceNodes'],
    ],
    [
      'one way to device nodes that may work next time',
      [refusal('mknod', true), refusal('linkedDeviceNodes', false)],
      [],
    ],
  ])('returns the lasting ones of %s', (_, refusals, names) => {
    expect(lastingRefusals(refusals).map(({ name }) => name)).toEqual(names);
  });

  it('can be described by need, call and error', () => {
    expect(describeRefusals([refusal('chroot', true)])).toBe('chroot (chroot: EPERM)');
  });
});
