import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dockerfileFaults } from './checks/dockerfile.ts';
import { ROOT, readText } from './infrastructure.ts';

const FOLDER = 'infra/worker';
const text = readText(`${FOLDER}/Dockerfile`);
const modules = readdirSync(join(ROOT, FOLDER), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe("The worker's Dockerfile", () => {
  it('gives scan and patch what each needs, and root to patch alone', () => {
    expect(dockerfileFaults(text, modules)).toEqual([]);
  });

  it.each(modules)('finds %s pinned to the byte', (module) => {
    const source = readText(`${FOLDER}/${module}/go.mod`);

    expect(existsSync(join(ROOT, FOLDER, module, 'go.sum'))).toBe(true);
    expect(source).toMatch(/^tool /m);
    expect(source).not.toMatch(/^replace /m);
  });

  it('is sent the two folders that it copies from, and no more', () => {
    const ignore = readText('.dockerignore').trim().split('\n');

    expect(ignore).toEqual(['*', '!infra/worker', '!dist/worker.cjs']);
  });
});

describe('The check of the Dockerfile reports', () => {
  it.each([
    [
      'Trivy beside Copa',
      /(AS patch\n)/,
      '$1COPY --from=trivy /out/trivy /usr/local/bin/trivy\n',
      'patch holds',
    ],
    ['scan as root', /^USER .*\n/m, '', 'scan runs as root'],
    [
      'scan with its user taken back',
      /(CMD \["node", "\/app\/worker.cjs", "scan"\])/,
      'USER 0:0\n$1',
      'scan runs as 0:0',
    ],
    [
      'a BuildKit beside the client of another',
      /(AS patch-remote\n)/,
      '$1COPY --from=buildkit /out/buildkitd /usr/local/bin/buildkitd\n',
      'patch-remote holds /usr/local/bin/buildkitd',
    ],
    [
      'the client of a remote BuildKit as root',
      /(AS patch-remote[\s\S]*?)USER .*\n/,
      '$1',
      'patch-remote runs as root',
    ],
    ['a tool left out', /^COPY --from=bbolt.*\n/m, '', 'scan lacks /usr/local/bin/bbolt'],
    ['a package more', 'recommends runc', 'recommends runc curl', 'patch installs runc,curl'],
    ['an image by tag', /FROM \$\{BASE_IMAGE\}/, 'FROM debian:latest', "can't pin"],
    ['a default image', 'ARG NODE_IMAGE', 'ARG NODE_IMAGE=node:22', 'has a default'],
    ['a module that may change', '-mod=readonly', '-mod=mod', 'is not built with -mod=readonly'],
    [
      'a cache mount',
      /^RUN apt-get/m,
      'RUN --mount=type=cache,target=/c apt-get',
      'needs BuildKit',
    ],
  ])('%s', (_, from, to, says) => {
    const changed = text.replace(from, to);

    expect(changed).not.toBe(text);
    expect(dockerfileFaults(changed, modules).join('\n')).toContain(says);
  });
});
