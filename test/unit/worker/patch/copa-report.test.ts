import { expect, it } from 'vitest';
import { PatchJobFile } from '../../../../lib/job/job-file.ts';
import { copaReport } from '../../../../worker/patch/copa-report.ts';
import { imageDigest, patchJobFile } from '../support/jobs.ts';

it('writes the findings of a job as the Trivy report that Copa reads', () => {
  const job = PatchJobFile.parse(patchJobFile('reg.test'));
  const [image] = job.images;
  if (image === undefined) throw new Error('the sample has an image');

  const report = copaReport(image, job);

  expect(report).toMatchObject({
    SchemaVersion: 2,
    ArtifactName: `reg.test/team/api@${imageDigest(0)}`,
    Metadata: {
      OS: { Family: 'debian', Name: '12.15' },
      ImageConfig: { architecture: image.architecture },
    },
    Results: [
      {
        Class: 'os-pkgs',
        Type: 'debian',
        Vulnerabilities: [
          {
            VulnerabilityID: 'CVE-2026-1',
            PkgName: 'openssl',
            InstalledVersion: '3.0.1',
            FixedVersion: '3.0.2',
          },
        ],
      },
    ],
  });
});
