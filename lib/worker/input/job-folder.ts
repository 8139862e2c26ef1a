import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import {
  BUILDKIT_TLS_NAMES,
  DOCKER_CONFIG_NAME,
  JOB_FILE_NAME,
  JobFile,
} from '../../job/job-file.ts';
import { parseBoundedJson } from '../../json/bounded-json.ts';
import { wordsFor } from '../../json/read-json.ts';
import type { Result } from '../../result.ts';
import type { SecretMask } from '../context/secret-mask.ts';
import { DockerConfig, learnCredentials } from './docker-config.ts';

export interface JobFolder<Job = JobFile> {
  readonly job: Job;
  readonly dockerConfig: DockerConfig;
}

/** All faults, one per line. They quote no values, since values may be secrets. */
type Faults = readonly string[];

const MAX_JOB_BYTES = 16 * 1024 * 1024;
const MAX_CONFIG_BYTES = 64 * 1024;
const JSON_LIMITS = { maxDepth: 20, maxContainers: 1_000_000 };
const MAX_FAULTS = 100;

/** Reads and validates the job's files, and registers their secrets for masking. */
export async function readJobFolder(
  folder: string,
  secrets: SecretMask,
): Promise<Result<JobFolder, Faults>> {
  const read = await readGroupFolder(folder, secrets, JobFile);
  if (read.ok && read.value.job.kind === 'scan') {
    for (const image of read.value.job.images) secrets.learnUrl(image.reportUrl);
  }
  return read;
}

/** Without these files the connection to a remote BuildKit would not be encrypted. */
async function checkTlsFiles(folder: string, secrets: SecretMask): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const name of Object.values(BUILDKIT_TLS_NAMES)) {
    try {
      const text = await readFile(join(folder, name), 'utf8');
      if (!text.includes('-----BEGIN ')) faults.push(`${name}: is not PEM`);
      if (name === BUILDKIT_TLS_NAMES.key) secrets.learnLines(text);
    } catch (error) {
      faults.push(`${name}: cannot be read (${codeOf(error)})`);
    }
  }
  return faults;
}

interface AnyJob {
  readonly resultUrl: string;
  readonly buildkitAddress?: string | undefined;
}

/** Like `readJobFolder`, for a job or probe file of any schema. */
export async function readGroupFolder<Job extends AnyJob>(
  folder: string,
  secrets: SecretMask,
  schema: z.ZodType<Job>,
): Promise<Result<JobFolder<Job>, Faults>> {
  const job = await read(folder, JOB_FILE_NAME, MAX_JOB_BYTES, schema);
  const config = await read(folder, DOCKER_CONFIG_NAME, MAX_CONFIG_BYTES, DockerConfig);
  if (job.ok) secrets.learnUrl(job.value.resultUrl);
  if (config.ok) learnCredentials(config.value, secrets);
  const remote = job.ok && job.value.buildkitAddress !== undefined;
  const tlsFaults = remote ? await checkTlsFiles(folder, secrets) : [];
  if (job.ok && config.ok && tlsFaults.length === 0) {
    return { ok: true, value: { job: job.value, dockerConfig: config.value } };
  }

  const unread = [job, config].flatMap((part) => (part.ok ? [] : part.fault));
  return { ok: false, fault: [...unread, ...tlsFaults].slice(0, MAX_FAULTS) };
}

async function read<T extends z.ZodType>(
  folder: string,
  name: string,
  maxBytes: number,
  schema: T,
): Promise<Result<z.infer<T>, Faults>> {
  const path = join(folder, name);
  let bytes: Uint8Array;
  try {
    const { size } = await stat(path);
    if (size > maxBytes) return { ok: false, fault: [`${name}: larger than ${maxBytes} bytes`] };
    bytes = await readFile(path);
  } catch (error) {
    return { ok: false, fault: [`${name}: cannot be read (${codeOf(error)})`] };
  }

  const json = parseBoundedJson(bytes, { ...JSON_LIMITS, maxBytes });
  if (!json.ok) return { ok: false, fault: [`${name}: ${wordsFor(json.fault)}`] };
  const parsed = schema.safeParse(json.value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const fault = parsed.error.issues.map((issue) => {
    const at = issue.path.length === 0 ? '' : ` ${issue.path.map(String).join('.')}:`;
    return `${name}:${at} ${issue.message}`;
  });
  return { ok: false, fault };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
