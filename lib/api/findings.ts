import { parseFilters } from '../history/filters.ts';
import { FindingView, findingView } from '../history/finding-view.ts';
import { FindingFilters, listFindings, VulnerabilityId } from '../history/findings.ts';
import { tagged, wrongFields } from './answer.ts';
import { pageSchema, type Read, viewed } from './reads.ts';

export const FindingPage = pageSchema(FindingView).meta({ id: 'FindingPage' });

/** Where a vulnerability is. No row is an answer too: it is in no image. */
export const getFindings: Read = async ({ query, name, ifNoneMatch }, { history }) => {
  const id = VulnerabilityId.safeParse(name);
  if (!id.success) {
    const fault = id.error.issues[0]?.message ?? 'is wrong';
    return wrongFields([{ field: 'vulnerability', fault }]);
  }
  const filters = parseFilters(FindingFilters, query);
  if (!filters.ok) return wrongFields(filters.fault);
  const page = await listFindings(history, id.data, filters.value);
  return tagged(viewed(page, findingView), ifNoneMatch);
};
