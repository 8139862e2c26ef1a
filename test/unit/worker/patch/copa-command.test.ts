import { expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { PatchJobFile } from '../../../../lib/job/job-file.ts';
import { patchImage } from '../../../../worker/patch/copa-command.ts';
import { imageDigest, patchJobFile } from '../support/jobs.ts';

const job = PatchJobFile.parse(patchJobFile('registry.test'));
const options = {
  buildkitAddress: 'tcp://buildkit.test:1234',
  reportFile: '/scratch/findings.json',
  seconds: 600,
  environment: { variables: { PATH: '/bin' }, clearTemporary: async () => undefined },
};

function commandFor(changes: object = {}, more: Partial<Parameters<typeof patchImage>[2]> = {}) {
  const [image] = job.images;
  if (image === undefined) throw new Error('there is no image');
  return patchImage(job, { ...image, ...changes }, { ...options, ...more });
}

it('patches the digest of the source, and pushes to the staging tag', () => {
  expect(commandFor()).toEqual({
    name: 'copa',
    args: [
      'patch',
      '-i',
      `registry.test/team/api@${imageDigest(0)}`,
      '-r',
      '/scratch/findings.json',
      '-t',
      'registry.test/patchwright/staging/team/api:job-1-0',
      '--addr',
      'tcp://buildkit.test:1234',
      '--push',
      '--timeout',
      '600s',
      '--progress',
      'plain',
    ],
    environment: { PATH: '/bin' },
  });
});

it('patches a copy in staging, if there is one', () => {
  const copy = digestOf('copy');

  expect(commandFor({ copy }).args).toContain(`registry.test/patchwright/staging/team/api@${copy}`);
});

it('names the files for mutual TLS with a remote BuildKit', () => {
  const { args } = commandFor({}, { tls: { ca: '/ca', cert: '/cert', key: '/key' } });

  expect(args.join(' ')).toContain('--cacert /ca --cert /cert --key /key --push');
});
