import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import type { WorkerContext } from '../context/worker-context.ts';

/** Network settings that tools inherit if set. Go reads both spellings. */
const PASSED_ON = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
] as const;

/** CA bundles of Linux distributions. Source: Go's `crypto/x509/root_linux.go`. */
const SYSTEM_CA_FILES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

export interface ToolEnvironment {
  /** The whole environment of a child. */
  readonly variables: Readonly<Record<string, string>>;
  /** A file with only the job's own certificate authorities. */
  readonly extraCaFile?: string;
  /** Removes leftovers of tools, since a killed tool does not clean up. Call it while none runs. */
  readonly clearTemporary: () => Promise<void>;
}

/**
 * Prepares the whole environment of the tools. It excludes most of the worker's own variables, such
 * as the platform's identity endpoints: tools parse untrusted images.
 */
export async function prepareToolEnvironment(
  context: WorkerContext,
  options: { readonly jobFolder: string; readonly extraCa?: string | undefined },
): Promise<ToolEnvironment> {
  const home = join(context.scratch, 'home');
  const temporary = join(context.scratch, 'tmp');
  await mkdir(home, { recursive: true });
  await mkdir(temporary, { recursive: true });

  const variables: Record<string, string> = {
    PATH:
      context.environment.PATH ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: home,
    TMPDIR: temporary,
    DOCKER_CONFIG: options.jobFolder,
  };
  for (const name of PASSED_ON) {
    const value = context.environment[name];
    if (value !== undefined && value !== '') variables[name] = value;
  }

  async function clearTemporary(): Promise<void> {
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
  }
  if (options.extraCa === undefined) return { variables, clearTemporary };

  const extraCaFile = join(context.scratch, 'extra-ca.pem');
  const bundle = join(context.scratch, 'ca-bundle.pem');
  await writeFile(extraCaFile, options.extraCa);
  await writeFile(
    bundle,
    `${await systemCertificates(variables.SSL_CERT_FILE)}\n${options.extraCa}`,
  );
  return { variables: { ...variables, SSL_CERT_FILE: bundle }, extraCaFile, clearTemporary };
}

async function systemCertificates(configured: string | undefined): Promise<string> {
  const candidates = configured === undefined ? SYSTEM_CA_FILES : [configured];
  for (const file of candidates) {
    const content = await readFile(file, 'utf8').catch(() => undefined);
    if (content !== undefined) return content;
  }
  return rootCertificates.join('\n');
}
