import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import {
  BUILDKIT_TLS_NAMES,
  DOCKER_CONFIG_NAME,
  JOB_FILE_NAME,
  JobFile,
} from '../../job/job-file.ts';
import type { SecretMask } from '../context/secret-mask.ts';
import { DockerConfig, learnCredentials } from './docker-config.ts';

export type JobFolder<Job = JobFile> =
  | { readonly ok: true; readonly job: Job; readonly dockerConfig: DockerConfig }
  /** Every fault of both files. None quotes a value: values are secrets. */
  | { readonly ok: false; readonly faults: readonly string[] };

type Read<T> = { readonly value: T } | { readonly faults: readonly string[] };

const MAX_JOB_BYTES = 16 * 1024 * 1024;
const MAX_CONFIG_BYTES = 64 * 1024;
const MAX_FAULTS = 100;

/** Reads and checks what the container group was given, and learns the secrets in it. */
export async function readJobFolder(folder: string, secrets: SecretMask): Promise<JobFolder> {
  const read = await readGroupFolder(folder, secrets, JobFile);
  if (read.ok && read.job.kind === 'scan') {
    for (const image of read.job.images) secrets.learnUrl(image.reportUrl);
  }
  return read;
}

/** Without them a remote BuildKit would be spoken to in the clear. */
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

/** The same for any file that tells a group what to do. */
export async function readGroupFolder<Job extends AnyJob>(
  folder: string,
  secrets: SecretMask,
  schema: z.ZodType<Job>,
): Promise<JobFolder<Job>> {
  const job = await read(folder, JOB_FILE_NAME, MAX_JOB_BYTES, schema);
  const config = await read(folder, DOCKER_CONFIG_NAME, MAX_CONFIG_BYTES, DockerConfig);
  if ('value' in job) secrets.learnUrl(job.value.resultUrl);
  if ('value' in config) learnCredentials(config.value, secrets);
  const remote = 'value' in job && job.value.buildkitAddress !== undefined;
  const tlsFaults = remote ? await checkTlsFiles(folder, secrets) : [];
  if ('value' in job && 'value' in config && tlsFaults.length === 0) {
    return { ok: true, job: job.value, dockerConfig: config.value };
  }

  const unread = [job, config].flatMap((part) => ('faults' in part ? part.faults : []));
  const faults = [...unread, ...tlsFaults];
  return { ok: false, faults: faults.slice(0, MAX_FAULTS) };
}

async function read<T extends z.ZodType>(
  folder: string,
  name: string,
  maxBytes: number,
  schema: T,
): Promise<Read<z.infer<T>>> {
  const path = join(folder, name);
  let json: unknown;
  try {
    const { size } = await stat(path);
    if (size > maxBytes) return { faults: [`${name}: larger than ${maxBytes} bytes`] };
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    // The parser's own message quotes the text.
    const why = error instanceof SyntaxError ? 'is not JSON' : `cannot be read (${codeOf(error)})`;
    return { faults: [`${name}: ${why}`] };
  }

  const parsed = schema.safeParse(json);
  if (parsed.success) return { value: parsed.data };
  return {
    faults: parsed.error.issues.map((issue) => {
      const at = issue.path.length === 0 ? '' : ` ${issue.path.map(String).join('.')}:`;
      return `${name}:${at} ${issue.message}`;
    }),
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
