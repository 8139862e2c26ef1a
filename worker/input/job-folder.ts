import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type * as z from 'zod';
import {
  BUILDKIT_TLS_NAMES,
  DOCKER_CONFIG_NAME,
  GivenJob,
  JOB_FILE_NAME,
  type JobAddress,
  JobFile,
  MAX_JOB_FILE_BYTES,
} from '../../lib/job/job-file.ts';
import { parseBoundedJson } from '../../lib/json/bounded-json.ts';
import { wordsFor } from '../../lib/json/read-json.ts';
import type { Result } from '../../lib/result.ts';
import type { SecretMask } from '../context/secret-mask.ts';
import type { WorkerContext } from '../context/worker-context.ts';
import { DockerConfig, learnCredentials, registryToken } from './docker-config.ts';
import { fetchJobFile } from './fetch-job-file.ts';

export interface JobFolder<Job = JobFile> {
  readonly job: Job;
  readonly dockerConfig: DockerConfig;
}

/** All faults, one per line. They quote no values, since values may be secrets. */
type Faults = readonly string[];

const MAX_CONFIG_BYTES = 64 * 1024;
const JSON_LIMITS = { maxDepth: 20, maxContainers: 1_000_000 };
const MAX_FAULTS = 100;

/**
 * Reads and validates the job's files, fetches the job file from its address, and registers their
 * secrets for masking.
 */
export async function readJobFolder(
  context: WorkerContext,
  folder: string,
): Promise<Result<JobFolder, Faults>> {
  const { secrets } = context;
  const read = await readGroupFolder(folder, secrets, GivenJob);
  if (!read.ok) return read;
  const { job: given, dockerConfig } = read.value;
  if (given.kind !== 'address') return learned(given, dockerConfig, secrets);
  const job = await fetchJob(context, given, dockerConfig);
  if (!job.ok) return job;
  const remote = job.value.kind === 'patch' && job.value.buildkitAddress !== undefined;
  const tlsFaults = remote ? await checkTlsFiles(folder, secrets) : [];
  if (tlsFaults.length > 0) return { ok: false, fault: tlsFaults };
  return learned(job.value, dockerConfig, secrets);
}

function learned(
  job: JobFile,
  dockerConfig: DockerConfig,
  secrets: SecretMask,
): Result<JobFolder, never> {
  secrets.learnUrl(job.resultUrl);
  if (job.kind === 'scan') for (const { reportUrl } of job.images) secrets.learnUrl(reportUrl);
  return { ok: true, value: { job, dockerConfig } };
}

async function fetchJob(
  context: WorkerContext,
  address: JobAddress,
  dockerConfig: DockerConfig,
): Promise<Result<JobFile, Faults>> {
  if (address.extraCa !== undefined) context.trust(address.extraCa);
  const token = registryToken(dockerConfig, address.registry) ?? '';
  const fetched = await fetchJobFile(context, address, token);
  if (!fetched.ok) return { ok: false, fault: [`the job file was not read: ${fetched.fault}`] };
  return parse('the job file', fetched.value, MAX_JOB_FILE_BYTES, JobFile);
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
  readonly resultUrl?: string;
  readonly jobUrl?: string;
  readonly buildkitAddress?: string | undefined;
}

/** Reads `config.json`, and `job.json` of any schema. */
export async function readGroupFolder<Job extends AnyJob>(
  folder: string,
  secrets: SecretMask,
  schema: z.ZodType<Job>,
): Promise<Result<JobFolder<Job>, Faults>> {
  const job = await read(folder, JOB_FILE_NAME, MAX_JOB_FILE_BYTES, schema);
  const config = await read(folder, DOCKER_CONFIG_NAME, MAX_CONFIG_BYTES, DockerConfig);
  if (job.ok) {
    for (const url of [job.value.resultUrl, job.value.jobUrl]) {
      if (url !== undefined) secrets.learnUrl(url);
    }
  }
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

  return parse(name, bytes, maxBytes, schema);
}

function parse<T extends z.ZodType>(
  name: string,
  bytes: Uint8Array,
  maxBytes: number,
  schema: T,
): Result<z.infer<T>, Faults> {
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
