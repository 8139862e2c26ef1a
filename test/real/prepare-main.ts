import { prepareReal } from './prepare.ts';

/** `npm run real:images`: makes the images and the database of the real suite unless the cache has them. */
prepareReal().then(
  () => console.log('The images are ready.'),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
