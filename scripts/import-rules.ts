/**
 * The parts that each part of the app may import. A part is a folder with everything below it, or one
 * file. The longest name that matches a path wins. A part may always import itself.
 */
const BASE = [
  'lib/clock.ts',
  'lib/log.ts',
  'lib/sleep.ts',
  'lib/ordinal.ts',
  'lib/in-parallel.ts',
  'lib/in-turn.ts',
  'lib/result.ts',
];
const PORTS = ['lib/containers', 'lib/registry', 'lib/storage'];
const DOCUMENTS = ['lib/image', 'lib/job', 'lib/json', 'lib/report', 'lib/text'];

export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(BASE.map((file) => [file, []])),
  'lib/text': [],
  'lib/json': ['lib/result.ts', 'lib/text'],
  'lib/http': [...BASE],
  'lib/image': ['lib/json', 'lib/result.ts', 'lib/text'],
  'lib/job': ['lib/image', 'lib/text'],
  'lib/report': ['lib/image', 'lib/job', 'lib/json', 'lib/result.ts', 'lib/text'],
  'lib/containers': [...BASE, 'lib/http', 'lib/json', 'lib/text'],
  'lib/registry': [...BASE, 'lib/http', 'lib/image', 'lib/json', 'lib/text'],
  'lib/storage': [...BASE, 'lib/http', 'lib/text'],
  'lib/policy': ['lib/image', 'lib/json', 'lib/registry', 'lib/result.ts', 'lib/text'],
  'lib/pipeline': [...BASE, ...PORTS, ...DOCUMENTS, 'lib/policy'],
  'lib/settings': ['lib/image', 'lib/pipeline', 'lib/text'],
  'lib/settings.ts': ['lib/settings', 'lib/image', 'lib/pipeline', 'lib/text'],
  'lib/app.ts': [...BASE, ...PORTS, 'lib/http', 'lib/pipeline', 'lib/settings.ts'],
  'lib/start-up': [...BASE, ...PORTS, 'lib/app.ts', 'lib/http', 'lib/pipeline'],
  'lib/doctor': [
    ...BASE,
    ...PORTS,
    ...DOCUMENTS,
    'lib/app.ts',
    'lib/http',
    'lib/pipeline',
    'lib/policy',
    'lib/settings',
    'lib/settings.ts',
  ],
  'lib/cli': [
    ...BASE,
    ...PORTS,
    ...DOCUMENTS,
    'lib/app.ts',
    'lib/doctor',
    'lib/http',
    'lib/pipeline',
  ],
  'lib/worker': [...BASE, 'lib/http', 'lib/image', 'lib/job', 'lib/json', 'lib/text'],
  functions: [
    ...BASE,
    'lib/app.ts',
    'lib/doctor',
    'lib/json',
    'lib/pipeline',
    'lib/settings',
    'lib/settings.ts',
    'lib/start-up',
    'lib/storage',
  ],
};

/** The folders inside a part, bottom-up: a folder may import the ones before it. */
export const ORDER: Readonly<Record<string, readonly string[]>> = {
  'lib/image': [
    'lib/image',
    'lib/image/layer',
    'lib/image/apt',
    'lib/image/change',
    'lib/image/structure',
  ],
  'lib/pipeline': [
    'lib/pipeline/records',
    'lib/pipeline/stores',
    'lib/pipeline',
    'lib/pipeline/inventory',
    'lib/pipeline/staging',
    'lib/pipeline/targets',
    'lib/pipeline/discovery',
    'lib/pipeline/results',
    'lib/pipeline/group',
    'lib/pipeline/publish',
    'lib/pipeline/job',
    'lib/pipeline/run',
    'lib/pipeline/upkeep',
    'lib/pipeline/stores/tables',
  ],
  'lib/worker': [
    'lib/worker/context',
    'lib/worker/tools',
    'lib/worker/transfer',
    'lib/worker/input',
    'lib/worker/builder',
    'lib/worker/scan',
    'lib/worker/package-manager',
    'lib/worker/patch',
    'lib/worker/probe',
    'lib/worker',
  ],
};
