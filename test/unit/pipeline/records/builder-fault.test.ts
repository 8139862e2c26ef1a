import { describe, expect, it } from 'vitest';
import { builderFaultIn, builderFaultOf } from '../../../../lib/pipeline/records/builder-fault.ts';

const CHROOT = { name: 'chroot', call: 'chroot', errno: 'EPERM', lasting: true };
const FULL = { name: 'scratch', call: 'write', errno: 'ENOSPC', lasting: false };
const FAULT = {
  builderCall: 'chroot',
  builderErrno: 'EPERM',
  builderDetail: 'container groups refuse what a builder needs: chroot (chroot: EPERM)',
  builderSetting: 'standard',
} as const;

describe('builderFaultOf', () => {
  it('is the first refusal that every container of the kind would meet', () => {
    expect(builderFaultOf('standard', [FULL, CHROOT])).toEqual(FAULT);
  });

  it('describes all such refusals', () => {
    const mount = { name: 'mount', call: 'mount', errno: 'EACCES', lasting: true };

    expect(builderFaultOf('confidential', [CHROOT, mount])).toMatchObject({
      builderCall: 'chroot',
      builderDetail: expect.stringMatching(/chroot \(chroot: EPERM\), mount \(mount: EACCES\)$/),
      builderSetting: 'confidential',
    });
  });

  it.each([
    ['no refusal', []],
    ['refusals of this container only', [FULL]],
  ])('is none for %s', (_, refusals) => {
    expect(builderFaultOf('standard', refusals)).toBeUndefined();
  });
});

describe('builderFaultIn', () => {
  it('reads the fault from the columns of a job or of a run', () => {
    expect(builderFaultIn({ ...FAULT })).toEqual(FAULT);
    expect(builderFaultIn({})).toBeUndefined();
  });

  it.each(['builderCall', 'builderErrno', 'builderDetail', 'builderSetting'])(
    'is none without %s',
    (column) => {
      expect(builderFaultIn({ ...FAULT, [column]: undefined })).toBeUndefined();
    },
  );
});
