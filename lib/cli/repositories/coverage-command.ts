import type { App } from '../../app.ts';
import {
  COVERAGES,
  type Coverage,
  policyCoverage,
  RepositoryCoverage,
} from '../../policy/coverage.ts';
import { allRepositories } from '../../registry/all-repositories.ts';
import { RegistryError } from '../../registry/registry.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError, UsageError } from '../cli-error.ts';
import { type Command, type Invocation, OUTPUT_FORMATS } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import {
  type Color,
  listsFields,
  printSheet,
  SHEET_OPTIONS,
  type SheetColumn,
} from '../output/sheet.ts';
import { startProgress } from '../progress.ts';
import { openRegistry } from './open-registry.ts';
import { explained, policyInForce } from './policy-in-force.ts';

const FIELDS = Object.keys(RepositoryCoverage.shape);

const COLUMNS: readonly SheetColumn<RepositoryCoverage>[] = [
  { title: 'REPOSITORY', shrinksTo: 12, cut: 'left', text: ({ repository }) => repository },
  {
    title: 'COVERAGE',
    text: ({ coverage }) => coverage,
    paint: ({ coverage }, color) => paintOf(coverage, color),
  },
  { title: 'TAGS', shrinksTo: 6, text: ({ tags }) => tagsText(tags) },
  { title: 'FAULT', shrinksTo: 8, text: ({ fault }) => fault },
];

export const coverageCommand: Command = {
  name: 'coverage',
  summary: 'Show which repositories of the registry the policy covers.',
  about: [
    'Lists the repositories of the registry, and compares them with the policy in force. "uncovered" is',
    'not in the policy, "disabled" is switched off there, "faulty" has an entry that can’t be used, and',
    '"missing" is only in the policy. Repositories of Patchwright itself are left out. The account signed',
    'in here needs AcrPull; with ABAC, Container Registry Repository Reader and Catalog Lister.',
  ],
  options: [
    { name: 'state', value: 'STATES', about: `only these: ${COVERAGES.join(', ')}` },
    ...SHEET_OPTIONS,
  ],
  operands: [],
  examples: [
    'coverage --settings settings.json',
    'coverage --state uncovered --output tsv',
    'coverage --json repository,coverage',
  ],
  outputs: OUTPUT_FORMATS,
  run: showCoverage,
};

async function showCoverage(invocation: Invocation, context: CliContext): Promise<ExitCode> {
  if (listsFields(invocation, FIELDS, context)) return ExitCode.ok;
  const states = statesOf(invocation.value('state'));
  const app = await openRegistry(invocation, context);
  const { policy, from } = await policyInForce(app);
  const repositories = await listed(app, context);
  if (repositories === undefined) return ExitCode.interrupted;
  const { items, reserved } = policyCoverage(repositories, policy, app.services.options);
  const shown = items.filter(({ coverage }) => states.includes(coverage));
  const counts = Object.fromEntries(
    COVERAGES.map((one) => [one, items.filter(({ coverage }) => coverage === one).length]),
  );
  const none = 'There are no such repositories.';
  const more = { policy: from, counts, reserved };
  const sheet = { items: shown, columns: COLUMNS, none, more };
  printSheet(coverageCommand, invocation, context, sheet, FIELDS);
  if (invocation.output === 'table' && invocation.value('json') === undefined) {
    const told = COVERAGES.map((one) => `${counts[one]} ${one}`).join(', ');
    context.stdout.write(`\n${told}; ${reserved} of Patchwright left out. Policy: ${from}\n`);
  }
  return ExitCode.ok;
}

async function listed(app: App, context: CliContext): Promise<ReadonlySet<string> | undefined> {
  const progress = startProgress(context);
  const tell = (count: number) => progress.tell(`${count} repositories`);
  try {
    return await allRepositories(app.repositories, { stop: context.stop, tell });
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw mayNotList(error, app) ?? explained(error, app);
  } finally {
    progress.end();
  }
}

/** ACR drops the scope of the catalog from a token without an error, and then refuses the request. */
function mayNotList(error: RegistryError, { services }: App): CliError | undefined {
  if (error.code !== 'denied' && error.code !== 'unauthorized') return undefined;
  const { host } = services.registry;
  const registry = host.split('.')[0];
  return new CliError(`${error.message}: your account may not list the repositories`, {
    where: host,
    whatToDo: `give your account a role, AcrPull or, with ABAC, this one: az role assignment create --role "Container Registry Repository Catalog Lister" --assignee USER --scope "$(az acr show --name ${registry} --query id --output tsv)"`,
  });
}

function statesOf(text: string | undefined): readonly Coverage[] {
  if (text === undefined) return COVERAGES;
  return text.split(',').map((name) => {
    const known = COVERAGES.find((one) => one === name.trim());
    if (known === undefined) {
      throw new UsageError(`option "--state" must have some of ${COVERAGES.join(', ')}`);
    }
    return known;
  });
}

function tagsText(tags: RepositoryCoverage['tags']): string | null {
  if (tags === null) return null;
  return tags[0] === '*' ? 'all' : tags.join(', ');
}

function paintOf(coverage: Coverage, color: Color): ReturnType<Color> {
  switch (coverage) {
    case 'covered':
      return color('green');
    case 'faulty':
      return color('red');
    case 'uncovered':
    case 'missing':
      return color('yellow');
    case 'disabled':
      return color('dim');
    default:
      return coverage satisfies never;
  }
}
