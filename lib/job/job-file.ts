import * as z from 'zod';
import { Digest } from '../image/digest.ts';
import { RegistryHost, RepositoryName, Tag } from '../image/reference.ts';

/**
 * The input of a container: a sealed blob (`sealed-job-file.ts`), whose address is in `job.json` in its
 * secret volume. Never logged, because it holds secrets (create-only SAS addresses). The registry token
 * is in `config.json` beside it (DOCKER_CONFIG).
 */
const JobBase = {
  version: z.literal(1),
  jobId: z.string().regex(/^[a-z0-9-]{1,63}$/),
  attempt: z.number().int().min(1).max(99),
  registry: RegistryHost,
  /** ISO 8601, UTC. Everything stops then, and no image is started that can't finish before. */
  deadline: z.iso.datetime(),
  /** Time limit for one image, in seconds. */
  imageTimeoutSeconds: z.number().int().min(1).max(7200),
  /** A create-only SAS address for `result.json`, which is written last. */
  resultUrl: z.url().max(4096),
  /** Additional certificate authorities (PEM), if the registry needs them. */
  extraCa: z.string().max(65_536).optional(),
};

/** Scan and verify: Trivy scans each image, and its report goes to the image's own address. */
export const ScanJobFile = z.strictObject({
  ...JobBase,
  kind: z.literal('scan'),
  /** The vulnerability database: an OCI artifact in the user's registry, pinned by the run. */
  database: z.strictObject({ repository: RepositoryName, digest: Digest }),
  images: z
    .array(
      z.strictObject({ repository: RepositoryName, digest: Digest, reportUrl: z.url().max(4096) }),
    )
    .min(1)
    .max(200),
});
export type ScanJobFile = z.infer<typeof ScanJobFile>;

/** One finding, with the fields of Trivy's report that Copa reads. */
export const FixableFinding = z.strictObject({
  id: z.string().max(128),
  package: z.string().max(256),
  installed: z.string().max(256),
  fixed: z.string().max(256),
});
export type FixableFinding = z.infer<typeof FixableFinding>;

/** Limits for one image and for all images of a job. A finding takes 100 to 150 bytes. */
export const MAX_FINDINGS = 5000;
export const MAX_FINDINGS_A_JOB = 15_000;

/** Patch: images of ONE repository, each patched from its digest into the staging repository. */
export const PatchJobFile = z.strictObject({
  ...JobBase,
  kind: z.literal('patch'),
  /**
   * The address of a remote BuildKit (`tcp://…`), used with mutual TLS (`BUILDKIT_TLS_NAMES`). If
   * absent, the worker starts its own buildkitd.
   */
  buildkitAddress: z.string().max(1024).optional(),
  /** Upstream registry → its mirror in the user's registry, for Copa's tooling images. */
  toolingMirrors: z
    .array(z.strictObject({ upstream: z.string().max(255), mirror: z.string().max(512) }))
    .max(10),
  repository: RepositoryName,
  staging: RepositoryName,
  images: z
    .array(
      z.strictObject({
        digest: Digest,
        /** A copy of the image in `staging`, which Copa patches instead. */
        copy: Digest.optional(),
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

/**
 * `job.json` in the secret volume: where the job file is. A container group has the same size however
 * many findings its job has, since Azure refuses large ones (terraform-provider-azurerm#23481).
 */
export const JobAddress = z.strictObject({
  version: z.literal(1),
  kind: z.literal('address'),
  /** The host of the token that opens the job file. */
  registry: RegistryHost,
  /** A read-only SAS address of this one blob. */
  jobUrl: z.url().max(4096),
  /** Additional certificate authorities (PEM), if storage needs them. */
  extraCa: z.string().max(65_536).optional(),
});
export type JobAddress = z.infer<typeof JobAddress>;

/** An app of an earlier version puts the job file itself into `job.json`. */
export const GivenJob = z.discriminatedUnion('kind', [JobAddress, ScanJobFile, PatchJobFile]);

/** In bytes. */
export const MAX_JOB_FILE_BYTES = 16 * 1024 * 1024;

/** File names in the folder on which the secret volume is mounted. */
export const JOB_FILE_NAME = 'job.json';
export const DOCKER_CONFIG_NAME = 'config.json';
/** PEM files for a remote BuildKit: the trusted authority, and the worker's certificate and key. */
export const BUILDKIT_TLS_NAMES = {
  ca: 'buildkit-ca.pem',
  cert: 'buildkit-cert.pem',
  key: 'buildkit-key.pem',
} as const;

/** The environment variable with the path of that folder. */
export const JOB_FOLDER_VARIABLE = 'PATCHWRIGHT_JOB_FOLDER';
