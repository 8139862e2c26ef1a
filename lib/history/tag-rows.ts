import { tagIn } from '../pipeline/stores/tables/inventory-rows.ts';
import type { Condition } from '../storage/table-queries.ts';
import { TABLES } from '../storage/tables.ts';

export const TAG_ROWS = { table: TABLES.inventory, parse: tagIn };
/** Rows of tags: the inventory has others for patches and digests. */
export const IS_TAG: Condition = { column: 'kind', is: 'eq', value: 'tag' };
