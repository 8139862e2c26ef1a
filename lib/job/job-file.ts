import { z } from 'zod';
import { Digest } from '../image/digest.ts';
import { RegistryHost, RepositoryName, Tag } from '../image/reference.ts';

/**
 * What a container group is told, as `job.json` in its secret volume. It carries secrets (create-only
 * SAS addresses), so it is never logged. The registry token is not in it: it stands in `config.json`
 * beside it, where Trivy, Copa and BuildKit look (DOCKER_CONFIG).
 */
const JobBase = {
  version: z.literal(1),
  jobId: z.string().regex(/^[a-z0-9-]{1,63}$/),
  attempt: z.number().int().min(1).max(99),
  registry: RegistryHost,
  /** ISO 8601, UTC. No image is started that can't end before it, and everything stops at it. */
  deadline: z.iso.datetime(),
  /** What one image may take at most, in seconds. */
  imageTimeoutSeconds: z.number().int().min(1).max(7200),
  /** Where `result.json` goes, last: a create-only SAS address. */
  resultUrl: z.url().max(4096),
  /** Certificate authorities beyond the system's own, PEM. Only where the registry needs one. */
  extraCa: z.string().max(65_536).optional(),
};

/** Scan (and verify): each image is scanned with Trivy and its report goes to its own address. */
export const ScanJobFile = z.strictObject({
  ...JobBase,
  kind: z.literal('scan'),
  /** The vulnerability database, an OCI artifact in the user's own registry, pinned by the run. */
  database: z.strictObject({ repository: RepositoryName, digest: Digest }),
  images: z
    .array(
      z.strictObject({ repository: RepositoryName, digest: Digest, reportUrl: z.url().max(4096) }),
    )
    .min(1)
    .max(200),
});
export type ScanJobFile = z.infer<typeof ScanJobFile>;

/** One finding, in the fields of Trivy's report that Copa reads. */
export const FixableFinding = z.strictObject({
  id: z.string().max(128),
  package: z.string().max(256),
  installed: z.string().max(256),
  fixed: z.string().max(256),
});
export type FixableFinding = z.infer<typeof FixableFinding>;

/**
 * Of one image, and of all images of a job together: a job file has to fit into the 4 MB that ARM
 * takes for a group, and a finding is 100 to 150 bytes, in base64 200 at most.
 */
export const MAX_FINDINGS = 5000;
export const MAX_FINDINGS_A_JOB = 15_000;

/** Patch: images of ONE repository, each patched from its digest into the staging repository. */
export const PatchJobFile = z.strictObject({
  ...JobBase,
  kind: z.literal('patch'),
  /**
   * A remote BuildKit (`tcp://…`), spoken to over mutual TLS with the files that `BUILDKIT_TLS_NAMES`
   * names; absent: the worker starts its own buildkitd.
   */
  buildkitAddress: z.string().max(1024).optional(),
  /** Upstream registry → mirror of it in the user's registry, where Copa's tooling images are. */
  toolingMirrors: z
    .array(z.strictObject({ upstream: z.string().max(255), mirror: z.string().max(512) }))
    .max(10),
  repository: RepositoryName,
  staging: RepositoryName,
  images: z
    .array(
      z.strictObject({
        digest: Digest,
        stagingTag: Tag,
        os: z.strictObject({ family: z.string().max(64), name: z.string().max(64) }),
        architecture: z.string().max(32),
        findings: z.array(FixableFinding).min(1).max(MAX_FINDINGS),
      }),
    )
    .min(1)
    .max(50),
});
export type PatchJobFile = z.infer<typeof PatchJobFile>;

export const JobFile = z.discriminatedUnion('kind', [ScanJobFile, PatchJobFile]);
export type JobFile = z.infer<typeof JobFile>;

/** Names inside the folder that the secret volume is mounted on. */
export const JOB_FILE_NAME = 'job.json';
export const DOCKER_CONFIG_NAME = 'config.json';
/** PEM, where BuildKit is remote: whom the worker trusts, and as whom it comes. */
export const BUILDKIT_TLS_NAMES = {
  ca: 'buildkit-ca.pem',
  cert: 'buildkit-cert.pem',
  key: 'buildkit-key.pem',
} as const;

/** The environment variable that tells the worker where that folder is. */
export const JOB_FOLDER_VARIABLE = 'PATCHWRIGHT_JOB_FOLDER';
