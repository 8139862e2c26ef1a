import { TargetFilters } from '../../history/filters.ts';
import { findRun } from '../../history/find-run.ts';
import type { History, Page } from '../../history/history.ts';
import { ImageView, imageView } from '../../history/image-view.ts';
import { listImages } from '../../history/images.ts';
import { listTargets } from '../../history/run-targets.ts';
import { RunView, runView } from '../../history/run-view.ts';
import { listRuns } from '../../history/runs.ts';
import { TargetView, targetView } from '../../history/target-view.ts';
import type { CliContext } from '../cli-context.ts';
import { UsageError } from '../cli-error.ts';
import type { Command, Invocation } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { startProgress } from '../progress.ts';
import { named } from '../storage/named.ts';
import { STORAGE_OPTIONS, withStorage } from '../storage/open-storage.ts';
import { csvLine } from './csv.ts';

const WHAT = ['runs', 'images', 'targets'] as const;
const FORMATS = ['csv', 'jsonl'] as const;
const PAGE = '1000';

interface Source {
  readonly fields: readonly string[];
  readonly page: (after: string | undefined) => Promise<Page<object>>;
}

export const exportCommand: Command = {
  name: 'export',
  summary: 'Write all runs, images, or targets of a run, as CSV or JSON lines.',
  about: [
    'WHAT is runs, images or targets; targets needs --run. In CSV, text that a spreadsheet takes for a',
    'formula begins with an apostrophe.',
  ],
  options: [
    { name: 'format', value: 'FORMAT', choices: FORMATS, about: 'csv (default), or jsonl' },
    { name: 'run', value: 'RUN', about: 'the run whose targets are written' },
    { name: 'since', value: 'WHEN', about: 'only runs newer than 30d or a time' },
    ...STORAGE_OPTIONS,
  ],
  operands: ['WHAT'],
  examples: ['export images > images.csv', 'export targets --run latest --format jsonl'],
  outputs: ['table'],
  run: (invocation, context) =>
    withStorage(invocation, context, async ({ history, address }) => {
      const source = await sourceOf(invocation, history, { address, now: context.clock.now() });
      const isCsv = invocation.value('format') !== 'jsonl';
      const progress = startProgress(context);
      try {
        const written = await writeAll(source, isCsv, context, (count) =>
          progress.tell(`${count} rows`),
        );
        return written ? ExitCode.ok : ExitCode.interrupted;
      } finally {
        progress.end();
      }
    }),
};

async function sourceOf(
  invocation: Invocation,
  history: History,
  { address, now }: { readonly address: string; readonly now: Date },
): Promise<Source> {
  const what = WHAT.find((one) => one === invocation.operands[0]);
  const since = invocation.value('since');
  switch (what) {
    case 'runs':
      return {
        fields: Object.keys(RunView.shape),
        page: async (after) => {
          const filters = { limit: PAGE, after, since };
          return viewed(await listRuns(history, filters, now), runView);
        },
      };
    case 'images':
      return {
        fields: Object.keys(ImageView.shape),
        page: async (after) =>
          viewed(await listImages(history, { limit: PAGE, after }, now), imageView),
      };
    case 'targets': {
      const name = invocation.value('run');
      if (name === undefined) throw new UsageError('export targets needs "--run RUN"');
      const { id } = named('run', name, await findRun(history, name), address);
      return {
        fields: Object.keys(TargetView.shape),
        page: async (after) => {
          const filters = TargetFilters.parse({ limit: PAGE, after });
          return viewed(await listTargets(history, id, filters), targetView);
        },
      };
    }
    case undefined:
      throw new UsageError(`export writes ${WHAT.join(', ')}`);
  }
}

function viewed<Item, View>(page: Page<Item>, view: (item: Item) => View): Page<View> {
  return { ...page, items: page.items.map(view) };
}

/** False if interrupted. */
async function writeAll(
  source: Source,
  isCsv: boolean,
  { stdout, stop }: Pick<CliContext, 'stdout' | 'stop'>,
  tell: (count: number) => void,
): Promise<boolean> {
  if (isCsv) stdout.write(csvLine(source.fields));
  let count = 0;
  let after: string | undefined;
  do {
    const page = await source.page(after);
    for (const item of page.items) {
      const values = new Map<string, unknown>(Object.entries(item));
      const line = csvLine(source.fields.map((field) => values.get(field)));
      stdout.write(isCsv ? line : `${JSON.stringify(item)}\n`);
    }
    count += page.items.length;
    tell(count);
    after = page.next ?? undefined;
  } while (after !== undefined && !stop.aborted);
  return after === undefined;
}
