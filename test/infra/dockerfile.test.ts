import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toolCatalog } from '../real/tools/tool-catalog.ts';
import { type DeviceNode, dockerfileFaults } from './checks/dockerfile.ts';
import { ROOT, readText } from './infrastructure.ts';

const FOLDER = 'infra/worker';
const text = readText(`${FOLDER}/Dockerfile`);
/** As the builder's own source lists them. */
const deviceNodes = [
  ...readText(`${FOLDER}/builder/internal/device/nodes.go`).matchAll(/\{"(\w+)", (\d+), (\d+)\}/g),
].map(([, name, major, minor]): DeviceNode => `${name} c ${Number(major)} ${Number(minor)}`);
const modules = readdirSync(join(ROOT, FOLDER), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

function hasOwnSource(module: string): boolean {
  return existsSync(join(ROOT, FOLDER, module, 'main.go'));
}

describe("The worker's Dockerfile", () => {
  it('builds each tool as the real run does, gives scan and patch what each needs, and root to patch alone', () => {
    expect(dockerfileFaults(text, toolCatalog, deviceNodes)).toEqual([]);
  });

  it('has a Go module for each tool, and no other', () => {
    const known = toolCatalog.map(({ moduleFolder }) => basename(moduleFolder));

    expect([...modules].sort()).toEqual(known.sort());
  });

  it.each(modules)('finds %s pinned to the byte', (module) => {
    const source = readText(`${FOLDER}/${module}/go.mod`);

    expect(existsSync(join(ROOT, FOLDER, module, 'go.sum'))).toBe(true);
    if (!hasOwnSource(module)) expect(source).toMatch(/^tool /m);
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
    ['a package more', 'recommends runc', 'recommends runc curl', 'installs runc,curl'],
    [
      'buildkitd in an ordinary group',
      /(AS patch\n)/,
      '$1COPY --from=buildkit /out/buildkitd /usr/local/bin/buildkitd\n',
      'patch holds /usr/local/bin/buildkitd',
    ],
    ['a device node more', 'tty c 5 0', 'tty c 5 0 && mknod -m 0666 sda c 8 0', 'patch makes null'],
    ['a device node elsewhere', 'cd /usr/local/share', 'cd /usr/share', 'no device nodes in'],
    ['a patch with fuzz', ' --fuzz=0', '', 'builder is not patched by'],
    ['a builder that is not patched', '-mod=vendor', '-mod=readonly', 'builder is not built with'],
    ['an image by tag', /FROM \$\{BASE_IMAGE\}/, 'FROM debian:latest', "can't pin"],
    ['a default image', 'ARG NODE_IMAGE', 'ARG NODE_IMAGE=node:22', 'has a default'],
    ['an image more', 'ARG NODE_IMAGE', 'ARG NODE_IMAGE\nARG MORE_IMAGE', 'and not just'],
    [
      'an image that nothing is made of',
      /^FROM \$\{NODE_IMAGE\} /m,
      'FROM trivy ',
      'nothing is made of NODE_IMAGE',
    ],
    ['local paths in a tool', ' -trimpath', '', 'bbolt is not built with'],
    ['another package', 'bbolt/cmd/bbolt\n', 'bbolt/cmd/other\n', 'does not build go.etcd.io'],
    ['a tool by another name', '/out/buildkitd github', '/out/buildkit github', 'as buildkitd'],
    ['an experiment forgotten', 'ENV GOEXPERIMENT=jsonv2\n', '', 'without GOEXPERIMENT=jsonv2'],
    ['a version with a v', /(app\.ver=\$\{version)#v/, '$1', 'does not set github.com/aqua'],
    ['a version that is half set', /-X main\.version=\S+ /, '', 'does not set main.version'],
    [
      "another module's version",
      "{{.Version}}' github.com/moby/buildkit",
      "{{.Version}}' github.com/moby/moby",
      'does not ask for the version',
    ],
    [
      'sources of another tool',
      'COPY infra/worker/copa/ ./',
      'COPY infra/worker/ ./',
      'copa is built from more',
    ],
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
    expect(dockerfileFaults(changed, toolCatalog, deviceNodes).join('\n')).toContain(says);
  });
});
