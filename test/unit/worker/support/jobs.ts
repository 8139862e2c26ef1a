import { digestOf } from '../../../../lib/image/digest.ts';

export const TOKEN = 'registry-token-of-the-job-0123456789';
export const SIGNATURE = 'c2lnbmF0dXJlLW9mLXRoZS1zYXM%2Bdw%3D%3D';

/** Digest of the nth image of a job. */
export function imageDigest(index: number): string {
  return digestOf(`image ${index}`);
}

export function dockerConfig(host: string): unknown {
  return { auths: { [host]: { registrytoken: TOKEN } } };
}

function base(host: string) {
  return {
    version: 1,
    jobId: 'job-1',
    attempt: 1,
    registry: host,
    deadline: '2026-11-23T02:30:00Z',
    imageTimeoutSeconds: 600,
    resultUrl: sas(host, 'results/result.json'),
  };
}

export function sas(host: string, blob: string): string {
  return `http://${host}/${blob}?sp=c&sv=2023-11-03&sig=${SIGNATURE}`;
}

export function scanJobFile(host: string, images = 1) {
  return {
    ...base(host),
    kind: 'scan' as const,
    database: { repository: 'mirror/trivy-db', digest: digestOf('database') },
    images: Array.from({ length: images }, (_, index) => ({
      repository: 'team/api',
      digest: imageDigest(index),
      reportUrl: sas(host, `results/report-${index}.json`),
    })),
  };
}

export function patchJobFile(host: string, images = 1) {
  return {
    ...base(host),
    kind: 'patch' as const,
    buildkitAddress: 'tcp://buildkit.test:1234',
    toolingMirrors: [{ upstream: 'docker.io', mirror: `${host}/mirror/docker` }],
    repository: 'team/api',
    staging: 'patchwright/staging/team/api',
    images: Array.from({ length: images }, (_, index) => ({
      digest: imageDigest(index),
      stagingTag: `job-1-${index}`,
      os: { family: 'debian', name: '12.15' },
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      findings: [{ id: 'CVE-2026-1', package: 'openssl', installed: '3.0.1', fixed: '3.0.2' }],
    })),
  };
}
