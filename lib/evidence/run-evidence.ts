import type { History, Page } from '../history/history.ts';
import { listTargets } from '../history/run-targets.ts';
import { runView } from '../history/run-view.ts';
import { targetView } from '../history/target-view.ts';
import { isRunOver, type Run } from '../pipeline/records/run.ts';
import type { Target } from '../pipeline/records/target.ts';
import { type EvidencePart, jsonFile, linesFile, missing } from './evidence-part.ts';
import type { ListedPatches } from './listed-patches.ts';
import { policyEvidence } from './policy-evidence.ts';
import { reportEvidence } from './report-evidence.ts';

const PAGE = '1000';

/** The evidence of one run: its row, its policy, its images, their patches, reports and VEX. */
export async function* runEvidence(
  history: Pick<History, 'queries' | 'blobs'>,
  run: Run,
  { patches, ...limits }: { readonly mostReportBytes: number; readonly patches: ListedPatches },
): AsyncGenerator<EvidencePart> {
  const folder = `runs/${run.id}`;
  yield jsonFile(`${folder}/run.json`, runView(run));
  if (!isRunOver(run)) yield missing(`the end of run ${run.id}`, `the run is ${run.state}`);
  if (run.archive !== undefined) {
    yield missing(`some images of run ${run.id}`, 'the run is archived, as "archived" names it');
  }
  yield await policyEvidence(history, run);
  const told = new Set<string>();
  let after: string | undefined;
  for (let number = 1; number === 1 || after !== undefined; number += 1) {
    const page: Page<Target> = await listTargets(history, run.id, { limit: PAGE, after });
    const name = String(number).padStart(4, '0');
    if (page.unreadable > 0) {
      const what = `${page.unreadable} images of run ${run.id}, page ${number}`;
      yield missing(what, 'this version can’t read their rows');
    }
    yield linesFile(`${folder}/images-${name}.jsonl`, page.items.map(targetView));
    const patched = page.items.filter((target) => target.patchDigest !== undefined);
    if (patched.length > 0) {
      yield linesFile(`${folder}/patches-${name}.jsonl`, patched.map(patchOf));
    }
    for (const target of page.items) {
      patches.add(target);
      yield* reportEvidence(history, { target, run, told, ...limits });
    }
    after = page.next ?? undefined;
  }
}

function patchOf(target: Target) {
  const { repository, tag, sourceDigest, digest, patchTag, patchDigest, state } = target;
  return {
    image: `${repository}:${tag}`,
    state,
    sourceDigest: sourceDigest ?? digest ?? null,
    patchTag: patchTag ?? null,
    patchDigest,
    tools: target.tools ?? null,
    verifiedAt: target.verifiedAt ?? null,
  };
}
