import type { Fault } from '../infrastructure.ts';

interface Stage {
  readonly name: string;
  readonly base: string;
  readonly lines: readonly string[];
}

/** What each target must hold, by the place where it lands, and no more. */
const TARGETS = {
  scan: { files: ['/usr/local/bin/trivy', '/usr/local/bin/bbolt'], packages: [], root: false },
  patch: {
    files: ['/usr/local/bin/copa', '/usr/local/bin/buildkitd'],
    packages: ['runc'],
    root: true,
  },
  'patch-remote': { files: ['/usr/local/bin/copa'], packages: [], root: false },
} as const;
const ALL = ['/usr/local/bin/node', '/etc/ssl/certs/ca-certificates.crt', '/app/worker.cjs'];
/** What a builder without BuildKit, as that of `az acr build`, does not know. */
const BUILDKIT_ONLY = /--mount|<<|--link|--chmod/;

function isTarget(name: string): name is keyof typeof TARGETS {
  return Object.hasOwn(TARGETS, name);
}

/** `modules`: the Go modules beside the Dockerfile, each with its go.sum. */
export function dockerfileFaults(text: string, modules: readonly string[]): readonly Fault[] {
  const stages = stagesOf(text);
  return [
    ...Object.keys(TARGETS).flatMap((name) => (isTarget(name) ? targetFaults(stages, name) : [])),
    ...stages.flatMap(baseFaults(stages)),
    ...modules.flatMap((module) => moduleFaults(stages, module)),
    ...(BUILDKIT_ONLY.test(text.replaceAll(/^#.*$/gm, '')) ? ['needs BuildKit to be built'] : []),
    ...(/^ARG \w*IMAGE=/m.test(text) ? ['an image to build on has a default'] : []),
  ];
}

function stagesOf(text: string): readonly Stage[] {
  const joined = text.replaceAll(/^#.*\n/gm, '').replaceAll(/\\\n\s*/g, '');
  const parts = joined.split(/^FROM /m).slice(1);
  return parts.map((part) => {
    const [head = '', ...lines] = part.split('\n').filter((line) => line.trim() !== '');
    const [base = '', , name = ''] = head.trim().split(/\s+/);
    return { name, base, lines };
  });
}

/** The lines of a stage and of those that it is made from. */
function linesOf(stages: readonly Stage[], name: string): readonly string[] {
  const stage = stages.find((one) => one.name === name);
  return stage === undefined ? [] : [...linesOf(stages, stage.base), ...stage.lines];
}

function targetFaults(stages: readonly Stage[], name: keyof typeof TARGETS): Fault[] {
  const lines = linesOf(stages, name);
  const wanted = [...ALL, ...TARGETS[name].files];
  const copied = lines
    .filter((line) => line.startsWith('COPY '))
    .map((line) => line.split(' ').at(-1) ?? '');
  const installed = lines.flatMap((line) => [
    ...(/apt-get install((?: \S+)*?) &&/.exec(line)?.[1] ?? '').split(' '),
  ]);
  const packages = installed.filter((word) => word !== '' && !word.startsWith('--'));
  const user = lines.findLast((line) => line.startsWith('USER '))?.slice(5) ?? 'root';
  const { root } = TARGETS[name];
  return [
    ...wanted.filter((file) => !copied.includes(file)).map((file) => `${name} lacks ${file}`),
    ...copied
      .filter((file) => !wanted.includes(file))
      .map((file) => `${name} holds ${file}, which it does not need`),
    ...(packages.join() === TARGETS[name].packages.join() ? [] : [`${name} installs ${packages}`]),
    ...(root || /^[1-9]\d*:[1-9]\d*$/.test(user) ? [] : [`${name} runs as ${user}`]),
  ];
}

/** Every base is another stage, or an image that the builder names. */
function baseFaults(stages: readonly Stage[]) {
  return ({ name, base }: Stage): Fault[] =>
    stages.some((one) => one.name === base) || /^\$\{\w+_IMAGE\}$/.test(base)
      ? []
      : [`${name} is made from ${base}, which the builder can't pin`];
}

/** A tool is built from its own module, with its go.sum and nothing else. */
function moduleFaults(stages: readonly Stage[], module: string): Fault[] {
  const lines = stages.find(({ name }) => name === module)?.lines ?? [];
  const copies = lines.filter((line) => line.startsWith('COPY '));
  const builds = lines.filter((line) => line.includes('go build'));
  return [
    ...(copies.join() === `COPY infra/worker/${module}/ ./`
      ? []
      : [`${module} is built from more`]),
    ...(builds.length === 1 && builds[0]?.includes('-mod=readonly') === true
      ? []
      : [`${module} is not built with -mod=readonly`]),
  ];
}
