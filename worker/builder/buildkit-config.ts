import { isLoopback } from '../../lib/image/loopback.ts';
import type { PatchJobFile } from '../../lib/job/job-file.ts';

/**
 * Returns `buildkitd.toml`. Garbage collection is off, since the daemon lives for one job. RUN
 * steps use the container's own network, since it has no other. The mount-free builder reads only
 * the registries. Fields: BuildKit 0.34.2, `cmd/buildkitd/config/config.go`,
 * `util/resolver/config/config.go`.
 */
export function buildkitConfig(
  job: PatchJobFile,
  options: { readonly traceSocket: string; readonly extraCaFile?: string | undefined },
): string {
  const lines = [
    '[otel]',
    `  socketPath = ${quote(options.traceSocket)}`,
    '[cdi]',
    '  disabled = true',
    '[worker.containerd]',
    '  enabled = false',
    '[worker.oci]',
    '  enabled = true',
    '  gc = false',
    '  networkMode = "host"',
  ];
  for (const [host, settings] of registries(job, options.extraCaFile)) {
    lines.push(`[registry.${quote(host)}]`, ...settings.map((setting) => `  ${setting}`));
  }
  return `${lines.join('\n')}\n`;
}

/** One section per registry: TOML forbids a second section of the same name. */
function registries(
  job: PatchJobFile,
  extraCaFile: string | undefined,
): ReadonlyMap<string, readonly string[]> {
  const sections = new Map<string, string[]>();
  const own: string[] = [];
  // A loopback registry with its own CA uses TLS, but BuildKit would use plain HTTP.
  if (extraCaFile !== undefined && isLoopback(job.registry)) own.push('http = false');
  if (extraCaFile !== undefined) own.push(`ca = [${quote(extraCaFile)}]`);
  if (own.length > 0) sections.set(job.registry, own);

  for (const upstream of new Set(job.toolingMirrors.map((entry) => entry.upstream))) {
    const mirrors = job.toolingMirrors
      .filter((entry) => entry.upstream === upstream)
      .map((entry) => quote(entry.mirror));
    const section = sections.get(upstream) ?? [];
    sections.set(upstream, [...section, `mirrors = [${mirrors.join(', ')}]`]);
  }
  return sections;
}

/** A TOML basic string has JSON's escapes and must also escape DEL. */
function quote(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', '\\u007f');
}
