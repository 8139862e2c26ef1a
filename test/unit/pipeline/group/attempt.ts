import { GroupName } from '../../../../lib/containers/container-groups.ts';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import type { Attempt, ContainerPart } from '../../../../lib/pipeline/group/container-spec.ts';
import type { JobKind } from '../../../../lib/pipeline/records/job.ts';
import { job } from '../run/run-samples.ts';

/** The first attempt of a job. */
export function anAttempt(kind: JobKind, changes: Partial<Attempt> = {}): Attempt {
  return {
    ...job(`${kind}-1`, { kind }),
    group: GroupName.parse(`pw-${kind}-1-1`),
    deadline: new Date('2026-11-23T02:40:00Z'),
    expiresAt: new Date('2026-11-23T02:50:00Z'),
    ...changes,
  };
}

const API = RepositoryName.parse('team/api');
const size = { cpu: 2, memoryGb: 4, diskGb: 30 };

/** A container that scans one image. */
export const SCAN_PART: ContainerPart = {
  name: 'worker',
  size,
  part: {
    kind: 'scan',
    database: {
      repository: RepositoryName.parse('patchwright/trivy-db'),
      digest: digestOf('database'),
    },
    images: [
      { repository: API, digest: digestOf('source'), reportUrl: 'https://storage.test/report' },
    ],
  },
};

/** A container that patches one image. */
export const PATCH_PART: ContainerPart = {
  name: 'image-1',
  size,
  part: {
    kind: 'patch',
    toolingMirrors: [],
    repository: API,
    staging: RepositoryName.parse('patchwright/staging/team/api'),
    images: [
      {
        digest: digestOf('source'),
        stagingTag: Tag.parse('patch-1-1-image-1'),
        os: { family: 'alpine', name: '3.20' },
        architecture: 'amd64',
        findings: [{ id: 'CVE-1', package: 'curl', installed: '1', fixed: '2' }],
      },
    ],
  },
};
