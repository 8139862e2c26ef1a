import * as z from 'zod';

/** Who made a patch, if it was not us. */
export const Origin = z.enum(['predecessor']);
