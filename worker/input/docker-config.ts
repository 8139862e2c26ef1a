import * as z from 'zod';
import type { RegistryHost } from '../../lib/image/reference.ts';
import type { SecretMask } from '../context/secret-mask.ts';

/**
 * The part of Docker's `config.json` that the worker reads. Trivy, Copa and BuildKit send
 * `registrytoken` unchanged as the registry's bearer token.
 */
export const DockerConfig = z.looseObject({
  auths: z.record(
    z.string(),
    z.looseObject({
      registrytoken: z.string().optional(),
      identitytoken: z.string().optional(),
      password: z.string().optional(),
      auth: z.string().optional(),
    }),
  ),
});
export type DockerConfig = z.infer<typeof DockerConfig>;

/** Returns the bearer token for this registry. Without one, requests are anonymous. */
export function registryToken(config: DockerConfig, host: RegistryHost): string | undefined {
  return Object.hasOwn(config.auths, host) ? config.auths[host]?.registrytoken : undefined;
}

export function learnCredentials(config: DockerConfig, secrets: SecretMask): void {
  for (const entry of Object.values(config.auths)) {
    for (const value of Object.values(entry)) {
      if (typeof value === 'string') secrets.learn(value);
    }
    // `auth` is base64 of `user:password`, and tools may print the decoded password.
    const decoded = Buffer.from(entry.auth ?? '', 'base64').toString();
    secrets.learn(decoded.slice(decoded.indexOf(':') + 1));
  }
}
