import { prepareReal } from './prepare.ts';

/** `npm run real:images`: makes the images and the database of the real suite, or finds them in the cache. */
prepareReal().then(
  () => console.log('The images are there.'),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
