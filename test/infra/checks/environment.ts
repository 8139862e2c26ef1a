import { blocksOf, sectionOf } from '../guides.ts';
import type { Fault } from '../infrastructure.ts';
import type { FromEnvironment } from '../parameter-file.ts';

const AZD = '## With azd';
const FILE = 'patchwright.env';
/** The name has both, because deployments of one name overwrite each other and keep their region. */
const DEPLOYMENT = '--name patchwright-$AZURE_ENV_NAME-$AZURE_LOCATION';

export interface Guides {
  readonly deploy: string;
  readonly operate: string;
  /** Text of infra/build-worker.sh, which prints lines for the file. */
  readonly buildWorker: string;
}

/**
 * Checks the guides' environment of a deployment: a step writes each variable without a default into
 * the file, each deployment reads the file, and the azd steps set the same variables.
 */
export function environmentFaults(
  guides: Guides,
  variables: readonly FromEnvironment[],
  outputs: readonly string[],
): readonly Fault[] {
  const azd = sectionOf(guides.deploy, AZD);
  const steps = guides.deploy.slice(0, guides.deploy.indexOf(AZD));
  const needed = variables.filter(({ optional }) => !optional).map(({ variable }) => variable);
  const written = exportsOf([...writing(untilDeployed(steps)), guides.buildWorker].join('\n'));
  return [
    ...needed
      .filter((name) => !written.includes(name))
      .map((name) => `no step writes ${name} into ${FILE}`),
    ...needed
      .filter((name) => !azdIsTold(azd.slice(0, azd.indexOf('\nazd up\n')), name))
      .map((name) => `With azd does not set ${name}`),
    ...[...azd.matchAll(/azd env get-value (\w+)/g)]
      .filter(([, name = '']) => !outputs.includes(name))
      .map(([, name]) => `With azd reads an unknown output ${name}`),
    ...namesOf(steps)
      .filter((name) => !namesOf(azd).includes(name))
      .map((name) => `With azd does not note ${name}`),
    ...[...steps.matchAll(/^## [2-9]\. .*$/gm)]
      .filter(([heading]) => !readsFirst(sectionOf(guides.deploy, heading)))
      .map(([heading]) => `docs/deploy.md: ${heading} does not read ${FILE} first`),
    ...Object.entries({ deploy: guides.deploy, operate: guides.operate }).flatMap(([name, text]) =>
      [...text.matchAll(/az deployment sub \w+ (.*?) (?=--(?:location|query))/g)]
        .filter(([, given]) => given !== DEPLOYMENT)
        .map(([command]) => `docs/${name}.md: ${command}does not carry environment and region`),
    ),
    ...Object.entries({ deploy: guides.deploy, operate: guides.operate }).flatMap(([name, text]) =>
      blocksOf(text)
        .filter(deploysUnread)
        .map((block) => `docs/${name}.md deploys without reading ${FILE}: ${block}`),
    ),
  ];
}

/** Returns the steps before the first deployment. */
function untilDeployed(steps: string): string {
  return `${steps.slice(0, steps.indexOf('az deployment sub create'))}\n\`\`\`\n`;
}

/** Returns the blocks that write into the file. */
function writing(text: string): readonly string[] {
  return blocksOf(text).filter((block) => block.includes(`> ${FILE}`));
}

function exportsOf(text: string): readonly string[] {
  return [...text.matchAll(/\bexport (\w+)=/g)].map(([, name = '']) => name);
}

/** Returns the variables that later steps use: the app, its groups, its account. */
function namesOf(text: string): readonly string[] {
  const lines = writing(text).flatMap((block) => block.split('\n'));
  return exportsOf(lines.filter((line) => line.includes('=$(')).join('\n'));
}

/** True if the azd steps set a variable. azd takes the environment's name and location as arguments. */
function azdIsTold(azd: string, name: string): boolean {
  if (name === 'AZURE_ENV_NAME') return azd.includes('azd env new $AZURE_ENV_NAME ');
  if (name === 'AZURE_LOCATION') return azd.includes(' --location $AZURE_LOCATION\n');
  return azd.includes(`azd env set ${name} `);
}

/** True if a step reads the file before it uses a variable, because each step may run in a new shell. */
function readsFirst(section: string): boolean {
  const [first = ''] = blocksOf(section).filter((block) => /\$[A-Z]|>/.test(block));
  const used = first.search(/\$[A-Z]/);
  return first.slice(0, used < 0 ? undefined : used).includes(`. ./${FILE}\n`);
}

/** True if a block deploys without having read the file after its last change. */
function deploysUnread(block: string): boolean {
  const deployment = block.indexOf('az deployment sub create');
  if (deployment < 0) return false;
  const before = block.slice(0, deployment);
  return before.lastIndexOf(`. ./${FILE}\n`) <= before.lastIndexOf(`> ${FILE}`);
}
