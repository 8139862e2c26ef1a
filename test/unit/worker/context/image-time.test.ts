import { describe, expect, it } from 'vitest';
import { PatchJobFile, ScanJobFile } from '../../../../lib/job/job-file.ts';
import { nextImageTime } from '../../../../worker/context/image-time.ts';
import { patchJobFile, scanJobFile } from '../support/jobs.ts';
import { setUpWorker } from '../support/worker-setup.ts';

const scan = ScanJobFile.parse(scanJobFile('reg.test'));
const patch = PatchJobFile.parse(patchJobFile('reg.test'));

describe('nextImageTime', () => {
  it.each([
    [1, { seconds: 600, cutShort: false }],
    [20 * 60, { seconds: 600, cutShort: false }],
    [20 * 60 + 1, { seconds: 599, cutShort: true }],
    [29 * 60 + 30, { seconds: 30, cutShort: true }],
    [29 * 60 + 31, undefined],
    [31 * 60, undefined],
  ])('returns for a scan, %i seconds into a job of 30 minutes, %o', async (seconds, expected) => {
    const { context, clock } = await setUpWorker();
    clock.advance({ seconds });

    const time = nextImageTime(context, scan);

    expect(time).toEqual(expected);
  });

  it('returns undefined for a patch with less than two minutes left', async () => {
    const { context, clock } = await setUpWorker();

    clock.advance({ seconds: 28 * 60 });
    const enough = nextImageTime(context, patch);
    clock.advance({ seconds: 1 });
    const tooLittle = nextImageTime(context, patch);

    expect([enough, tooLittle]).toEqual([{ seconds: 120, cutShort: true }, undefined]);
  });

  it("needs no more time than the image's own limit", async () => {
    const { context, clock } = await setUpWorker();
    clock.advance({ seconds: 30 * 60 - 5 });

    const time = nextImageTime(context, { ...patch, imageTimeoutSeconds: 5 });

    expect(time).toEqual({ seconds: 5, cutShort: false });
  });
});
