import { USER_VARIABLE } from '../../../worker/rights/drop-rights.ts';
import type { Tool } from '../../real/tools/tool-catalog.ts';
import type { Fault } from '../infrastructure.ts';
import { linesOf, type Stage, stagesOf } from './dockerfile-stages.ts';
import { toolFaults } from './dockerfile-tools.ts';

/** The files that each target must contain, and no others. */
const TARGETS = {
  scan: { files: ['/usr/local/bin/trivy', '/usr/local/bin/bbolt'], packages: [], root: false },
  patch: {
    files: ['/usr/local/bin/copa', '/usr/local/bin/patchwright-builder'],
    packages: [],
    root: true,
  },
  'patch-privileged': {
    files: [
      '/usr/local/bin/copa',
      '/usr/local/bin/patchwright-builder',
      '/usr/local/bin/buildkitd',
    ],
    packages: ['runc'],
    root: true,
  },
  'patch-remote': { files: ['/usr/local/bin/copa'], packages: [], root: false },
} as const;
/** Names the user for whom the worker gives up root's rights. */
const USER = `ENV ${USER_VARIABLE}=`;
const ALL = ['/usr/local/bin/node', '/etc/ssl/certs/ca-certificates.crt', '/app/worker.cjs'];
/** Instructions that need BuildKit. `az acr build` builds without it. */
const BUILDKIT_ONLY = /--mount|<<|--link|--chmod/;

function isTarget(name: string): name is keyof typeof TARGETS {
  return Object.hasOwn(TARGETS, name);
}

/** The base images that the caller of the build must name. */
const IMAGES = ['GO_IMAGE', 'NODE_IMAGE', 'BASE_IMAGE'];
/** The moment of which packages of Debian are installed. */
const SNAPSHOT = 'DEBIAN_SNAPSHOT';

/** A device node in the arguments of mknod(1): `null c 1 3`. */
export type DeviceNode = `${string} c ${number} ${number}`;

/**
 * Checks the Dockerfile. `tools` are built from the Go modules in its folder; `deviceNodes` are the
 * nodes that the builder links into the root of a step.
 */
export function dockerfileFaults(
  text: string,
  tools: readonly Tool[],
  deviceNodes: readonly DeviceNode[],
): readonly Fault[] {
  const stages = stagesOf(text);
  return [
    ...Object.keys(TARGETS).flatMap((name) => (isTarget(name) ? targetFaults(stages, name) : [])),
    ...stages.flatMap(baseFaults(stages)),
    ...tools.flatMap((tool) => toolFaults(stages, tool)),
    ...(BUILDKIT_ONLY.test(text.replaceAll(/^#.*$/gm, '')) ? ['needs BuildKit to be built'] : []),
    ...imageFaults(text, stages),
    ...deviceFaults(stages, deviceNodes),
    ...stages.flatMap(snapshotFaults),
    ...(/^#\s*syntax=/im.test(text) ? ['fetches its syntax from another registry'] : []),
  ];
}

function targetFaults(stages: readonly Stage[], name: keyof typeof TARGETS): Fault[] {
  const lines = linesOf(stages, name);
  const wanted = [...ALL, ...TARGETS[name].files];
  const copied = lines
    .filter((line) => line.startsWith('COPY '))
    .map((line) => line.split(' ').at(-1) ?? '')
    .filter((file) => file !== '/tmp/debian-snapshot.sh');
  const installed = lines.flatMap((line) => [
    ...(/apt-get install((?: \S+)*?) &&/.exec(line)?.[1] ?? '').split(' '),
  ]);
  const packages = installed.filter((word) => word !== '' && !word.startsWith('--'));
  const started = lines.findLast((line) => line.startsWith('USER '))?.slice(5);
  const user = lines.findLast((line) => line.startsWith(USER))?.slice(USER.length) ?? 'root';
  const { root } = TARGETS[name];
  return [
    ...wanted.filter((file) => !copied.includes(file)).map((file) => `${name} lacks ${file}`),
    ...copied
      .filter((file) => !wanted.includes(file))
      .map((file) => `${name} holds ${file}, which it does not need`),
    ...(packages.join() === TARGETS[name].packages.join() ? [] : [`${name} installs ${packages}`]),
    ...(root || /^[1-9]\d*:[1-9]\d*$/.test(user) ? [] : [`${name} runs its tools as ${user}`]),
    ...(root && user !== 'root' ? [`${name} runs its tools as ${user}, not as root`] : []),
    ...(started === undefined ? [] : [`${name} starts as ${started} and may not read its secret`]),
  ];
}

/** Checks that apt installs only packages of the snapshot that the caller names. */
function snapshotFaults({ name, lines }: Stage): Fault[] {
  const installs = lines.filter((line) => line.includes('apt-get'));
  const pinned = installs.filter((line) =>
    line.startsWith(`RUN /tmp/debian-snapshot.sh "$${SNAPSHOT}" && apt-get update &&`),
  );
  if (installs.length === 0) return [];
  return [
    ...(pinned.length === installs.length ? [] : [`${name} installs packages of no snapshot`]),
    ...(lines.includes(`ARG ${SNAPSHOT}`) ? [] : [`${name} is not given ${SNAPSHOT}`]),
  ];
}

/** Checks that the target for ordinary groups has exactly the nodes that the builder needs. */
function deviceFaults(stages: readonly Stage[], deviceNodes: readonly DeviceNode[]): Fault[] {
  const folder = '/usr/local/share/patchwright/dev';
  const line = linesOf(stages, 'patch').find((one) => one.includes('mknod')) ?? '';
  const made = [...line.matchAll(/mknod -m 0666 (\w+ c \d+ \d+)/g)].map(([, node]) => node);
  return [
    ...(line.includes(`cd ${folder} `) ? [] : [`patch makes no device nodes in ${folder}`]),
    ...(made.join() === deviceNodes.join() ? [] : [`patch makes ${made}, not ${deviceNodes}`]),
  ];
}

/** Checks that every base is another stage or an image that the caller names. */
function baseFaults(stages: readonly Stage[]) {
  return ({ name, base }: Stage): Fault[] =>
    stages.some((one) => one.name === base) || /^\$\{\w+_IMAGE\}$/.test(base)
      ? []
      : [`${name} is made from ${base}, which the builder can't pin`];
}

function imageFaults(text: string, stages: readonly Stage[]): Fault[] {
  const declared = [...text.matchAll(/^ARG (\S+)$/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== SNAPSHOT);
  const used = new Set(stages.map(({ base }) => base));
  return [
    ...declared
      .filter((name) => name.includes('='))
      .map((name) => `${name}: an image to build on has a default`),
    ...(declared.join() === IMAGES.join() ? [] : [`takes ${declared}, and not just ${IMAGES}`]),
    ...IMAGES.filter((name) => !used.has(`\${${name}}`)).map(
      (name) => `nothing is made of ${name}`,
    ),
  ];
}
