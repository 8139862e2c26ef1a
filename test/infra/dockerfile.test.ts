import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WORKER_COMMAND } from '../../lib/pipeline/group/container-spec.ts';
import { toolCatalog } from '../real/tools/tool-catalog.ts';
import { type DeviceNode, dockerfileFaults } from './checks/dockerfile.ts';
import { ROOT, readText } from './infrastructure.ts';

const FOLDER = 'infra/worker';
const text = readText(`${FOLDER}/Dockerfile`);
/** The device nodes in the builder's source. */
const deviceNodes = [
  ...readText(`${FOLDER}/builder/internal/device/nodes.go`).matchAll(/\{"(\w+)", (\d+), (\d+)\}/g),
].map(([, name, major, minor]): DeviceNode => `${name} c ${Number(major)} ${Number(minor)}`);
const modules = readdirSync(join(ROOT, FOLDER), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

function hasOwnSource(module: string): boolean {
  return existsSync(join(ROOT, FOLDER, module, 'main.go'));
}

describe("the worker's Dockerfile", () => {
  it('builds each tool as the real suite does, and gives each target only what it needs', () => {
    expect(dockerfileFaults(text, toolCatalog, deviceNodes)).toEqual([]);
  });

  it('uses one Go module for each tool, and no others', () => {
    const known = toolCatalog.map(({ moduleFolder }) => basename(moduleFolder));

    expect([...modules].sort()).toEqual(known.sort());
  });

  it.each(modules)('builds %s from a module that go.sum pins', (module) => {
    const source = readText(`${FOLDER}/${module}/go.mod`);

    expect(existsSync(join(ROOT, FOLDER, module, 'go.sum'))).toBe(true);
    if (!hasOwnSource(module)) expect(source).toMatch(/^tool /m);
    expect(source).not.toMatch(/^replace /m);
  });

  it('starts the worker with the same command as a container group', () => {
    const commands = [...text.matchAll(/^CMD (.*)$/gm)].map(([, json]) => json);

    const options = WORKER_COMMAND.map((word) => `"${word}"`).join(', ');
    expect(commands).toEqual(
      ['scan', 'patch', 'patch', 'patch'].map((kind) => `[${options}, "${kind}"]`),
    );
  });

  it('gets only the two paths that it copies from', () => {
    const ignore = readText('.dockerignore').trim().split('\n');

    expect(ignore).toEqual(['*', '!infra/worker', '!dist/worker.cjs']);
  });
});

describe('the check of the Dockerfile reports', () => {
  it.each([
    [
      'Trivy in the image of Copa',
      /(AS patch\n)/,
      '$1COPY --from=trivy /out/trivy /usr/local/bin/trivy\n',
      'patch holds',
    ],
    ['scan as root', /^ENV PATCHWRIGHT_USER.*\n/m, '', 'scan runs its tools as root'],
    [
      'scan with the user set back to root',
      /(CMD \["node", .*"scan"\])/,
      'ENV PATCHWRIGHT_USER=0:0\n$1',
      'scan runs its tools as 0:0',
    ],
    [
      'scan that starts as a user who may not read the secret',
      /(CMD \["node", .*"scan"\])/,
      'USER 65532:65532\n$1',
      'scan starts as 65532:65532',
    ],
    [
      'patch as a user without rights',
      /(AS patch\n)/,
      '$1ENV PATCHWRIGHT_USER=65532:65532\n',
      'patch runs its tools as 65532:65532, not as root',
    ],
    [
      'a BuildKit in the image for a remote one',
      /(AS patch-remote\n)/,
      '$1COPY --from=buildkit /out/buildkitd /usr/local/bin/buildkitd\n',
      'patch-remote holds /usr/local/bin/buildkitd',
    ],
    [
      'the client of a remote BuildKit as root',
      /(AS patch-remote[\s\S]*?)ENV PATCHWRIGHT_USER.*\n/,
      '$1',
      'patch-remote runs its tools as root',
    ],
    ['a missing tool', /^COPY --from=bbolt.*\n/m, '', 'scan lacks /usr/local/bin/bbolt'],
    ['an extra package', 'recommends runc', 'recommends runc curl', 'installs runc,curl'],
    [
      'buildkitd in an ordinary group',
      /(AS patch\n)/,
      '$1COPY --from=buildkit /out/buildkitd /usr/local/bin/buildkitd\n',
      'patch holds /usr/local/bin/buildkitd',
    ],
    [
      'an extra device node',
      'tty c 5 0',
      'tty c 5 0 && mknod -m 0666 sda c 8 0',
      'patch makes null',
    ],
    [
      'a device node in another folder',
      'cd /usr/local/share',
      'cd /usr/share',
      'no device nodes in',
    ],
    [
      'packages of today',
      '/tmp/debian-snapshot.sh "$DEBIAN_SNAPSHOT" \\\n && ',
      '',
      'of no snapshot',
    ],
    ['a snapshot of its own', 'ARG DEBIAN_SNAPSHOT\n', '', 'patching is not given DEBIAN_SNAPSHOT'],
    ['a syntax from elsewhere', /^/, '# syntax=docker/dockerfile:1\n', 'fetches its syntax'],
    ['a patch with fuzz', ' --fuzz=0', '', 'copa is not patched by'],
    ['a Copa that is not patched', '-mod=vendor', '-mod=readonly', 'copa is not built with'],
    ['an image by tag', /FROM \$\{BASE_IMAGE\}/, 'FROM debian:latest', "can't pin"],
    ['a default for a base image', 'ARG NODE_IMAGE', 'ARG NODE_IMAGE=node:22', 'has a default'],
    ['an extra base image', 'ARG NODE_IMAGE', 'ARG NODE_IMAGE\nARG MORE_IMAGE', 'and not just'],
    [
      'an unused base image',
      /^FROM \$\{NODE_IMAGE\} /m,
      'FROM trivy ',
      'nothing is made of NODE_IMAGE',
    ],
    ['a tool that contains local paths', ' -trimpath', '', 'bbolt is not built with'],
    ['another package', 'bbolt/cmd/bbolt\n', 'bbolt/cmd/other\n', 'does not build go.etcd.io'],
    ['a tool by another name', '/out/buildkitd github', '/out/buildkit github', 'as buildkitd'],
    ['a missing Go experiment', 'ENV GOEXPERIMENT=jsonv2\n', '', 'without GOEXPERIMENT=jsonv2'],
    ['a version with a v', /(app\.ver=\$\{version)#v/, '$1', 'does not set github.com/aqua'],
    ['a version that is only partly set', /-X main\.version=\S+ /, '', 'does not set main.version'],
    [
      "another module's version",
      "{{.Version}}' github.com/moby/buildkit",
      "{{.Version}}' github.com/moby/moby",
      'does not ask for the version',
    ],
    [
      'the sources of another tool',
      'COPY infra/worker/copa/ ./',
      'COPY infra/worker/ ./',
      'copa is built from more',
    ],
    [
      'a module that the build may change',
      '-mod=readonly',
      '-mod=mod',
      'is not built with -mod=readonly',
    ],
    [
      'a cache mount',
      /^RUN go build/m,
      'RUN --mount=type=cache,target=/c go build',
      'needs BuildKit',
    ],
  ])('%s', (_, from, to, says) => {
    const changed = text.replace(from, to);

    expect(changed).not.toBe(text);
    expect(dockerfileFaults(changed, toolCatalog, deviceNodes).join('\n')).toContain(says);
  });
});
