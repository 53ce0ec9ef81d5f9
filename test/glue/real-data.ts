import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The official GLUE files, where they are. */
export const glueFolder = fileURLToPath(new URL('../../../shared/data/glue', import.meta.url));
export const hasGlue = existsSync(glueFolder);

/** Says in the list of tests why one is skipped. */
export const needsGlue = hasGlue ? '' : ' (skipped: there is no ../shared/data/glue)';
